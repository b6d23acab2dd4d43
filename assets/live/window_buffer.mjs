// The browser's window: one ring per signal, preallocated, followed by snapshots and deltas.

/** Quality of a step without a reading. */
export const ABSENT = 255;

/** Readings up to this quality are numbers to draw: Good and UncertainLastUsableValue. */
export const USABLE = 1;

const NEVER = -1;
/** Messages whose first steps are remembered for `changedSince`. */
const REMEMBERED = 16;

export class WindowBuffer {
  /**
   * @param {number} signals per step
   * @param {number} slots steps of the window
   * @param {number} stepMs
   */
  constructor(signals, slots, stepMs) {
    this.signals = signals;
    this.slots = slots;
    this.stepMs = stepMs;
    /** Signal by signal, `slots` each; a step's place in a ring is `step % slots`. */
    this.values = new Float32Array(signals * slots).fill(NaN);
    this.qualities = new Uint8Array(signals * slots).fill(ABSENT);
    /** Grows with each message that was laid in. */
    this.version = 0;
    /** Time of the newest reading in ms, -1 before the first. */
    this.headTs = NEVER;
    /** Steps counted from the epoch; `headStep < firstStep` while there is none. */
    this.headStep = NEVER;
    this.firstStep = 0;
    this._revision = NEVER;
    this._changes = new Float64Array(REMEMBERED);
    this._replaced = 0;
  }

  /** Start of the oldest step held, ms; -1 while there is none. */
  get firstTs() {
    return this.headStep < this.firstStep ? NEVER : this.firstStep * this.stepMs;
  }

  /**
   * Lay a message over the window.
   * @param {import("./window_codec.mjs").WindowMessage} message
   * @returns {"applied" | "snapshot-needed"} "snapshot-needed" makes the caller fetch the whole
   *   window; the buffer is then unchanged
   */
  apply(message) {
    if (message.signals !== this.signals || message.stepMs !== this.stepMs) return "snapshot-needed";
    if (!message.delta) this._replace(message);
    else if (!this._follows(message)) return "snapshot-needed";
    // An older answer out of a cache must not take the newest readings back.
    else if (message.headTs >= this.headTs) this._overlay(message);
    return "applied";
  }

  /** @returns {number} NaN outside the window and where there is no number */
  value(slot, step) {
    return this._holds(step) ? this.values[slot * this.slots + (step % this.slots)] : NaN;
  }

  /** @returns {number} 255 outside the window and where there is no reading */
  quality(slot, step) {
    return this._holds(step) ? this.qualities[slot * this.slots + (step % this.slots)] : ABSENT;
  }

  /** The reading at the head step. @returns {{ts: number, value: number, quality: number}} */
  latest(slot) {
    return {
      ts: this.headTs,
      value: this.value(slot, this.headStep),
      quality: this.quality(slot, this.headStep),
    };
  }

  /**
   * For those who keep a copy: the first step that changed since they saw `version`.
   * @returns {number} -1 if all of it may have changed
   */
  changedSince(version) {
    if (version < this._replaced || this.version - version > REMEMBERED) return NEVER;
    let first = Infinity;
    for (let v = version; v < this.version; v += 1) first = Math.min(first, this._changes[v % REMEMBERED]);
    return first;
  }

  _holds(step) {
    return step >= this.firstStep && step <= this.headStep;
  }

  _follows(message) {
    if (this.version === 0 || message.revision !== this._revision) return false;
    const empty = this.headStep < this.firstStep;
    if (message.steps === 0 || empty) return message.steps === 0 && empty;
    const first = message.firstTs / this.stepMs;
    const last = first + message.steps - 1;
    // Far behind the head is not a late answer but another window, e.g. one rebuilt.
    return first <= this.headStep + 1 && last > this.headStep - message.steps;
  }

  _replace(message) {
    this.values.fill(NaN);
    this.qualities.fill(ABSENT);
    this.firstStep = 0;
    this.headStep = this.headTs = NEVER;
    this._revision = message.revision;
    if (message.steps > 0 && message.headTs !== NEVER) {
      this.firstStep = message.firstTs / this.stepMs;
      this._overlay(message);
    } else {
      this.version += 1;
    }
    this._replaced = this.version;
  }

  _overlay(message) {
    const first = message.firstTs / this.stepMs;
    const last = first + message.steps - 1;
    const from = Math.max(first, last - this.slots + 1);
    for (let step = from; step <= last; step += 1) this._write(message, step - first, step);
    this._changes[this.version % REMEMBERED] = from;
    this.headStep = last;
    this.headTs = message.headTs;
    this.firstStep = Math.max(Math.min(this.firstStep, from), last - this.slots + 1);
    this.version += 1;
  }

  _write(message, row, step) {
    const { signals, slots } = this;
    const source = row * signals;
    for (let slot = 0, at = step % slots; slot < signals; slot += 1, at += slots) {
      this.values[at] = message.values[source + slot];
      this.qualities[at] = message.quality[source + slot];
    }
  }
}
