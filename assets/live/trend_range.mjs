// The range of a value axis: fits what is seen, and stays put while it still does.

/** Air above and below the line, as a share of its span. */
const AIR = 0.08;
/** Shrink only when the line needs less than this share: an axis that jumps cannot be read. */
const LOOSE = 0.45;
const STEPS_OF_RANGE = 6;
const LABEL_EVERY_PX = 32;

/** @returns {number} 1, 2 or 5 times a power of ten that cuts `span` into at most `count` */
export function niceStep(span, count) {
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const lead = raw / power;
  return power * (lead <= 1.0001 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

/** @returns {number} decimals that tell multiples of a nice step apart */
export function decimalsOf(step) {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

export class ValueRange {
  /**
   * @param {number} least span that is not stretched further: noise must look like noise
   * @param {number} low of the scale, shown while there are no data
   * @param {number} high
   */
  constructor(least, low, high) {
    this._least = least;
    this.low = low;
    this.high = high > low ? high : low + 1;
    this._scale = [this.low, this.high];
    this._fitted = false;
    /** Filled by `layTicks`. @type {number[]} */
    this.ticks = [];
    this.decimals = 0;
  }

  /** The next `fit` starts afresh. */
  loosen() {
    this._fitted = false;
  }

  /**
   * @param {number} min of what is seen
   * @param {number} max less than `min` if there is nothing
   */
  fit(min, max) {
    if (!(max >= min)) return;
    const span = Math.max(max - min, this._least);
    const middle = (min + max) / 2;
    const low = this._within(middle - span * (0.5 + AIR), min);
    const high = this._within(middle + span * (0.5 + AIR), max);
    const holds = min >= this.low && max <= this.high;
    if (this._fitted && holds && high - low > LOOSE * (this.high - this.low)) return;
    const step = niceStep(high - low, STEPS_OF_RANGE);
    this.low = Math.floor(low / step) * step;
    this.high = Math.ceil(high / step) * step;
    this._fitted = true;
  }

  /** Air does not reach past the scale: there is no heater current below 0 A. */
  _within(end, data) {
    const [low, high] = this._scale;
    return Math.min(Math.max(end, Math.min(low, data)), Math.max(high, data));
  }

  /** Ticks for an axis of `height` px, at least two. */
  layTicks(height) {
    const span = this.high - this.low;
    let count = Math.max(2, Math.floor(height / LABEL_EVERY_PX));
    do this._ticksOf(niceStep(span, count));
    while (this.ticks.length < 2 && (count += 1) < 12);
  }

  _ticksOf(step) {
    this.decimals = decimalsOf(step);
    this.ticks.length = 0;
    const last = Math.floor(this.high / step + 1e-6);
    for (let i = Math.ceil(this.low / step - 1e-6); i <= last; i += 1) this.ticks.push(i * step);
  }
}
