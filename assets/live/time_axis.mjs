// Ticks of a time axis: round in the plant's zone, far enough apart for their labels.
import { formatMinute, formatTime, zoneOffset } from "./format.mjs";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((n) => n * HOUR),
];
/** Room for 12:03 and for 12:03:04, px. */
const SHORT_LABEL = 62;
const LONG_LABEL = 84;
const CACHED = 200;

/**
 * @param {number} span of the axis, ms
 * @param {number} width of the axis, px
 * @returns {number} ms between ticks
 */
export function tickStep(span, width) {
  const fits = (step) => (step / span) * width >= (step < MINUTE ? LONG_LABEL : SHORT_LABEL);
  return STEPS.find(fits) ?? STEPS.at(-1);
}

/** Tick times and their texts; keeps texts, since an axis asks for the same ones every frame. */
export class TimeAxis {
  /** @param {string} timeZone IANA name */
  constructor(timeZone) {
    this._timeZone = timeZone;
    this._texts = new Map();
    this._offset = { hour: NaN, ms: 0 };
    /** Filled by `lay`. @type {number[]} */
    this.times = [];
    /** @type {string[]} */
    this.texts = [];
  }

  /** Lay ticks over [t0, t1] ms for an axis of `width` px. */
  lay(t0, t1, width) {
    this.times.length = this.texts.length = 0;
    if (!(width > 0) || !(t1 > t0)) return;
    const step = tickStep(t1 - t0, width);
    const ahead = this._ahead(t0);
    for (let ts = Math.ceil((t0 + ahead) / step) * step - ahead; ts <= t1; ts += step) {
      this.times.push(ts);
      this.texts.push(this._text(ts, step < MINUTE));
    }
  }

  _ahead(ts) {
    const hour = Math.floor(ts / HOUR);
    if (hour !== this._offset.hour) this._offset = { hour, ms: zoneOffset(ts, this._timeZone) };
    return this._offset.ms;
  }

  _text(ts, seconds) {
    const key = seconds ? -ts : ts;
    let text = this._texts.get(key);
    if (text === undefined) {
      if (this._texts.size > CACHED) this._texts.clear();
      text = seconds ? formatTime(ts, this._timeZone) : formatMinute(ts, this._timeZone);
      this._texts.set(key, text);
    }
    return text;
  }
}
