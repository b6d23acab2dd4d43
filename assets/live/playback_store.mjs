// Readings of the past in the browser: chunks fetched ahead, and messages made of them.
import { FeedError, request } from "./feed.mjs";
import { ABSENT } from "./window_buffer.mjs";
import { decode } from "./window_codec.mjs";

const CHUNK_STEPS = 600;
/** Readings need a moment to arrive: the newest seconds are not there yet. */
export const LAG_MS = 3000;
/** While playing, readings are there for so much of real time ahead. */
const AHEAD_MS = 20_000;
const AT_ONCE = 3;
const KEPT = 40;
const RETRY_MS = 1500;
/** A chunk that still grows is not asked for more often. */
const REFRESH_MS = 800;

/**
 * @typedef {object} Chunk
 * @property {string} level raw, frame, minute, hour or none
 * @property {number} until ms; later readings may have come since
 * @property {import("./window_codec.mjs").WindowMessage} message
 * @property {Uint8Array} present 1 for each step of the message with a reading
 * @property {number} fetched performance.now()
 */

export class PlaybackStore {
  /**
   * @param {{extruder: number, signals: number, stepMs: number, slots: number}} shape
   * @param {(from: number, to: number) => void} onReadings called with the ms that came
   */
  constructor({ extruder, signals, stepMs, slots }, onReadings) {
    Object.assign(this, { _extruder: extruder, _signals: signals, _onReadings: onReadings });
    this._stepMs = stepMs;
    this._windowMs = slots * stepMs;
    this._chunkMs = CHUNK_STEPS * stepMs;
    /** @type {Map<number, Chunk>} in order of use */
    this._chunks = new Map();
    /** @type {Map<number, AbortController>} */
    this._asked = new Map();
    this._retryAt = 0;
    /** Why readings are missing; null if all is well. @type {FeedError | null} */
    this.error = null;
  }

  /** True if the readings up to `ts` are here, as far as there are any. */
  covers(ts) {
    const chunk = this._chunks.get(this._number(ts));
    return chunk !== undefined && ts < chunk.until;
  }

  /** @returns {{level: string, stepMs: number} | null} of the readings at `ts` */
  levelAt(ts) {
    const chunk = this._chunks.get(this._number(ts));
    return chunk ? { level: chunk.level, stepMs: chunk.message.stepMs } : null;
  }

  /** Ask for what a view of `ts` needs and, at this speed, soon will. */
  want(ts, speed, newest) {
    const wanted = this._wanted(ts, speed, newest);
    for (const [number, abort] of this._asked) if (!wanted.includes(number)) abort.abort();
    if (performance.now() < this._retryAt) return;
    for (const number of wanted) {
      if (this._asked.size >= AT_ONCE) return;
      if (!this._asked.has(number) && this._lacks(number, ts)) this._ask(number);
    }
  }

  /**
   * Steps as the live page gets them, without those after the last reading.
   * @returns {import("./window_codec.mjs").WindowMessage | null} null: a delta without a reading
   */
  message(first, last, delta) {
    const { _signals: signals, _stepMs: stepMs } = this;
    const count = last - first + 1;
    const values = new Float32Array(count * signals).fill(NaN);
    const quality = new Uint8Array(count * signals).fill(ABSENT);
    let steps = 0;
    for (let row = 0; row < count; row += 1) {
      if (this._copy(first + row, values, quality, row * signals)) steps = row + 1;
    }
    if (!steps && delta) return null;
    return {
      stepMs, signals, steps, delta, revision: 0, extruder: this._extruder,
      firstTs: first * stepMs,
      headTs: steps ? (first + steps - 1) * stepMs : -1,
      values: values.subarray(0, steps * signals),
      quality: quality.subarray(0, steps * signals),
    };
  }

  stop() {
    for (const abort of this._asked.values()) abort.abort();
    this._stopped = true;
  }

  _number(ts) {
    return Math.floor(ts / this._chunkMs);
  }

  /** What is looked at, then the window before it from new to old, then what comes. */
  _wanted(ts, speed, newest) {
    const numbers = [];
    for (let n = this._number(ts); n >= this._number(ts - this._windowMs) && n >= 0; n -= 1) numbers.push(n);
    const ahead = Math.min(newest, ts + Math.max(this._chunkMs / 2, speed * AHEAD_MS));
    for (let n = this._number(ts) + 1; n <= this._number(ahead); n += 1) numbers.push(n);
    return numbers;
  }

  _lacks(number, ts) {
    const chunk = this._chunks.get(number);
    if (!chunk) return true;
    const needed = Math.min(ts, (number + 1) * this._chunkMs - 1);
    return needed >= chunk.until && performance.now() - chunk.fetched > REFRESH_MS;
  }

  async _ask(number) {
    const abort = new AbortController();
    this._asked.set(number, abort);
    try {
      const chunk = await this._fetch(number, abort.signal);
      this._keep(number, chunk);
      this.error = null;
    } catch (error) {
      if (!abort.signal.aborted) this._failed(error);
    } finally {
      this._asked.delete(number);
    }
  }

  async _fetch(number, signal) {
    const from = number * this._chunkMs;
    const url = `/history/windows/${this._extruder}?from=${from}&to=${from + this._chunkMs}&step=${this._stepMs}`;
    const response = await request(url, signal);
    const message = decode(await response.arrayBuffer());
    if (message.signals !== this._signals) throw new FeedError("changed", "the signals have changed");
    // An answer out of the browser's cache tells when it was made, so it is right about this too.
    const until = message.servedTs - LAG_MS;
    const level = response.headers.get("Meltwatch-Level");
    return { level, until, message, present: presentSteps(message), fetched: performance.now() };
  }

  _keep(number, chunk) {
    if (this._stopped) return;
    this._chunks.delete(number);
    this._chunks.set(number, chunk);
    for (const [oldest] of this._chunks) {
      if (this._chunks.size <= KEPT) break;
      this._chunks.delete(oldest);
    }
    this._onReadings(number * this._chunkMs, (number + 1) * this._chunkMs);
  }

  _failed(error) {
    if (!(error instanceof FeedError)) console.error(error);
    this.error = error instanceof FeedError ? error : new FeedError("server", String(error));
    this._retryAt = performance.now() + RETRY_MS;
  }

  /** @returns {boolean} there is a reading at the step; means are there for their whole minute */
  _copy(step, values, quality, at) {
    const ts = step * this._stepMs;
    const chunk = this._chunks.get(this._number(ts));
    if (!chunk) return false;
    const { message, present } = chunk;
    const row = Math.floor((ts - message.firstTs) / message.stepMs);
    if (!present[row]) return false;
    const from = row * this._signals;
    values.set(message.values.subarray(from, from + this._signals), at);
    quality.set(message.quality.subarray(from, from + this._signals), at);
    return true;
  }
}

function presentSteps({ steps, signals, quality }) {
  const present = new Uint8Array(steps);
  for (let row = 0; row < steps; row += 1) {
    const cells = quality.subarray(row * signals, (row + 1) * signals);
    present[row] = cells.some((code) => code !== ABSENT) ? 1 : 0;
  }
  return present;
}
