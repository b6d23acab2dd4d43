// The windows behind the Scope: a live one and a day for each signal, a column per extruder.
import { FeedError, requestBytes } from "./feed.mjs";
import { WindowBuffer } from "./window_buffer.mjs";
import { decode } from "./window_codec.mjs";

export const DAY_STEP_MS = 10_000;
export const DAY_SLOTS = 8640;

/**
 * One signal's window. `epoch` grows when all of it may have changed, not only the newest steps.
 * @typedef {{buffer: WindowBuffer, epoch: number}} Kept
 */

export class ScopeStore {
  /**
   * @param {{version: number, signals: object[]}} index answer of GET /lines
   * @param {{windowS: number, stepMs: number}} settings
   * @param {import("./server_clock.mjs").ServerClock} clock
   */
  constructor(index, { windowS, stepMs }, clock) {
    this._version = index.version;
    this._clock = clock;
    this.stepMs = stepMs;
    this._slots = Math.round((windowS * 1000) / stepMs);
    /** The live window, ms. */
    this.whole = this._slots * stepMs;
    /** @type {Map<string, Kept>} */
    this._live = new Map();
    /** @type {Map<string, Kept>} */
    this._days = new Map();
  }

  /** @param {{name: string, extruders: number[]}} signal @returns {Kept} empty before it is fetched */
  live(signal) {
    return kept(this._live, signal, this._slots, this.stepMs);
  }

  /** @returns {Kept} */
  day(signal) {
    return kept(this._days, signal, DAY_SLOTS, DAY_STEP_MS);
  }

  /**
   * Bring the live windows of signals up to date, side by side.
   * @returns {Promise<{checked: number, head: number} | null>} null without signals
   */
  async follow(signals, abort) {
    const messages = await Promise.all(signals.map((signal) => this._follow(signal, abort)));
    if (!messages.length) return null;
    return {
      checked: Math.min(...messages.map((message) => message.checkedTs)),
      head: Math.max(...messages.map((message) => message.headTs)),
    };
  }

  /** Fetch the days that are not here yet. @returns {Promise<boolean>} whether any was fetched */
  async loadDays(signals, abort) {
    const missing = signals.filter((signal) => this.day(signal).epoch === 0);
    await Promise.all(missing.map((signal) => this._replace("day", signal, this.day(signal), abort)));
    return missing.length > 0;
  }

  /** The next `loadDays` fetches all again. */
  forgetDays() {
    this._days.clear();
  }

  async _follow(signal, abort) {
    const live = this.live(signal);
    if (live.epoch > 0) {
      const message = await this._fetch("delta", signal, abort);
      if (live.buffer.apply(message) === "applied") return message;
    }
    return this._replace("window", signal, live, abort);
  }

  async _replace(kind, signal, into, abort) {
    const message = await this._fetch(kind, signal, abort);
    into.buffer.apply(message);
    into.epoch += 1;
    return message;
  }

  async _fetch(kind, signal, abort) {
    const url = `/lines/${kind}?signal=${encodeURIComponent(signal.name)}`;
    const { body, headers } = await requestBytes(url, abort);
    const message = decode(body);
    this._clock.sync(message.servedTs, headers);
    // Redis came back empty: keep the picture, marked, until the windows are rebuilt.
    if (message.catalogue === 0) throw new FeedError("missing", "no windows");
    if (message.catalogue !== this._version) location.reload();
    return message;
  }
}

function kept(map, signal, slots, stepMs) {
  let found = map.get(signal.name);
  if (!found) {
    found = { buffer: new WindowBuffer(signal.extruders.length, slots, stepMs), epoch: 0 };
    map.set(signal.name, found);
  }
  return found;
}
