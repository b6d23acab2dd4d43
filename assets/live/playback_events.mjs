// What happened around the time that a playback shows: alarms, malfunctions, limits in force then.
import { request } from "./feed.mjs";

const HOUR_MS = 3_600_000;
/** So much before and after the time is known; asked again when less than half of it is left. */
const REACH_MS = 36 * HOUR_MS;
const GRID_MS = 6 * HOUR_MS;
const RETRY_MS = 5000;
/** Today's events go on: asked again so often. */
const REFRESH_MS = 20_000;
/** Two events nearer than this are one stop for "next" and "previous". */
const APART_MS = 1000;

/** Dispatches "change" when it knows more. */
export class PlaybackEvents extends EventTarget {
  constructor(extruder) {
    super();
    this._extruder = extruder;
    this._span = null;
    this._nextAsk = 0;
    this._stop = new AbortController();
    this.known = false;
    this.error = "";
    this.complete = true;
    /** @type {object[]} as data/history/happenings.py tells them */
    this.alarms = [];
    this.malfunctions = [];
    this._limits = [];
    this.kept = { raw: null, minute: null, hour: null, newest: null };
  }

  stop() {
    this._stop.abort();
  }

  /** Know what happened around `ts`. @param {number} now of the plant, ms */
  want(ts, now) {
    const there = this._span && ts > this._span[0] + REACH_MS / 2 && ts < this._span[1] - REACH_MS / 2;
    const fresh = this._span && (this._span[1] < now - GRID_MS || performance.now() < this._refreshAt);
    if ((there && fresh) || performance.now() < this._nextAsk) return;
    this._nextAsk = Infinity;
    this._ask(Math.floor(ts / GRID_MS) * GRID_MS);
  }

  /** True if alarms at `ts` are known. */
  knows(ts) {
    return this.known && ts >= this._span[0] && ts < this._span[1];
  }

  /** Alarms that were not at rest at `ts`, with the state that they were in. */
  alarmsAt(ts) {
    return this.alarms
      .filter(({ start, end }) => start <= ts && (end === null || end > ts))
      .map((alarm) => ({ ...alarm, state: stateAt(alarm, ts) }));
  }

  /** Malfunctions that lasted at `ts`, also those that were found only later. */
  malfunctionsAt(ts) {
    return this.malfunctions.filter(({ onset, ended }) => onset <= ts && (ended === null || ended > ts));
  }

  /** Limits in force at `ts` by product and signal; the same object until they change. */
  limitsAt(ts) {
    const sets = {};
    for (const set of this._limits) if (!(set.product in sets) || set.ts <= ts) sets[set.product] = set;
    const key = Object.values(sets).map((set) => set.ts).join();
    if (key !== this._limitsKey) {
      this._limitsKey = key;
      this._inForce = Object.fromEntries(Object.entries(sets).map(([code, set]) => [code, set.limits]));
    }
    return this._inForce;
  }

  /** @returns {number | null} ms of the next event after `ts`, or before it */
  neighbour(ts, forward) {
    const times = this._times();
    if (forward) return times.find((time) => time > ts + APART_MS) ?? null;
    return times.findLast((time) => time < ts - APART_MS) ?? null;
  }

  /** The oldest time of which anything is kept, ms; null if nothing is known of it. */
  get oldest() {
    const { raw, minute, hour } = this.kept;
    const known = [raw, minute, hour].filter((ts) => ts !== null);
    return known.length ? Math.min(...known) : null;
  }

  _times() {
    const of = this.malfunctions.flatMap(({ onset, detected, ended }) => [onset, detected, ended]);
    const times = [...of, ...this.alarms.map(({ start }) => start)];
    return times.filter((ts) => ts !== null).sort((a, b) => a - b);
  }

  async _ask(middle) {
    const span = [Math.max(0, middle - REACH_MS), middle + REACH_MS];
    let pause = 0;
    try {
      const url = `/history/playback/${this._extruder}?from=${span[0]}&to=${span[1]}`;
      this._take(span, await (await request(url, this._stop.signal)).json());
    } catch (error) {
      if (this._stop.signal.aborted) return;
      this.error = error.message;
      pause = RETRY_MS;
    }
    this._nextAsk = performance.now() + pause;
    this.dispatchEvent(new Event("change"));
  }

  _take(span, { alarms, malfunctions, limits, kept, complete }) {
    Object.assign(this, { alarms, malfunctions, kept, complete, error: "", known: true });
    this._limits = limits;
    this._limitsKey = null;
    this._span = span;
    this._refreshAt = performance.now() + REFRESH_MS;
  }
}

function stateAt({ states }, ts) {
  return states.findLast(([since]) => since <= ts)?.[1] ?? states[0][1];
}
