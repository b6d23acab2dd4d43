// What all charts of a page look at: which time, whether it runs, and where the crosshair is.

/** Data of a second ago are there; of this very moment they are not. Scrolling by time hides it. */
const PLAYOUT_DELAY_MS = 1000;
/** After a pause the edge glides back to the present instead of jumping. */
const GLIDE_MS = 180;
const SMALLEST_STEPS = 10;

/**
 * Emits "change" when the view changed by hand or by pause, and "crosshair" when that moved; the
 * running of live time emits nothing, whoever draws calls `tick` first.
 */
export class TrendView extends EventTarget {
  /**
   * @param {{now(): number}} clock ms since the epoch at the server
   * @param {number} whole the window, ms
   * @param {number} stepMs
   * @param {boolean} calm move step by step (reduced motion)
   */
  constructor(clock, whole, stepMs, calm = false) {
    super();
    this._clock = clock;
    this.whole = whole;
    this.stepMs = stepMs;
    this.calm = calm;
    this.span = whole;
    /** @type {number | null} time under the crosshair, ms, a whole step */
    this.crosshair = null;
    this._held = null;
    this._fixed = null;
    this._lag = 0;
    this._ticked = NaN;
    this._edge = this._target();
  }

  /** @returns {"live" | "paused" | "zoomed"} */
  get mode() {
    if (this._fixed !== null) return "zoomed";
    return this._held !== null ? "paused" : "live";
  }

  /** Right edge, ms. */
  get t1() {
    return this._fixed ?? this._held ?? this._edge;
  }

  /** Left edge, ms. */
  get t0() {
    return this.t1 - this.span;
  }

  /** Let live time pass. @param {number} frame time of the frame on any steady clock, ms */
  tick(frame) {
    const passed = frame - this._ticked;
    this._ticked = frame;
    this._lag *= passed >= 0 ? Math.exp(-passed / GLIDE_MS) : 1;
    if (Math.abs(this._lag) < 1) this._lag = 0;
    this._edge = this._target() + this._lag;
  }

  pause() {
    if (this.mode !== "live") return;
    this._held = this._edge;
    this._changed();
  }

  /** Run on; a shorter span stays. */
  resume() {
    if (this.mode === "live") return;
    const lag = this.t1 - this._target();
    this._lag = this.calm || Math.abs(lag) > this.span / 4 ? 0 : lag;
    this._edge = this._target() + this._lag;
    this._held = this._fixed = null;
    this._changed();
  }

  togglePause() {
    if (this.mode === "live") this.pause();
    else this.resume();
  }

  backToLive() {
    this.span = this.whole;
    this.resume();
    this._changed();
  }

  /** The whole window; a pause goes on. */
  showWhole() {
    this._fixed = null;
    this.span = this.whole;
    this._changed();
  }

  /** Show [t0, t1] ms, as far as the window reaches and not shorter than ten steps. */
  zoomTo(t0, t1) {
    const span = Math.min(this.whole, Math.max(SMALLEST_STEPS * this.stepMs, t1 - t0));
    this._look(span, (t0 + t1 + span) / 2);
  }

  /**
   * Shorten (factor below 1) or lengthen the span about a time that keeps its place. Live time
   * goes on when that is the right edge.
   */
  zoomAbout(time, factor) {
    const from = this.span;
    const span = Math.min(this.whole, Math.max(SMALLEST_STEPS * this.stepMs, from * factor));
    const share = (this.t1 - time) / from;
    if (share < 0.002 && this._fixed === null) {
      this.span = span;
      this._changed();
    } else {
      this._look(span, time + share * span);
    }
  }

  /** About the crosshair, else the right edge of running time, else the middle. */
  zoomBy(factor) {
    const seen = this.crosshair !== null && this.crosshair >= this.t0 && this.crosshair <= this.t1;
    const middle = this._fixed === null ? this.t1 : this.t1 - this.span / 2;
    this.zoomAbout(seen ? this.crosshair : middle, factor);
  }

  /** @param {number} ms to later times */
  panBy(ms) {
    if (this.span < this.whole) this._look(this.span, this.t1 + ms);
  }

  /** @param {number | null} ts ms, taken to the nearest step; null clears it */
  setCrosshair(ts) {
    const next = ts === null ? null : this._stepNear(ts);
    if (next === this.crosshair) return;
    this.crosshair = next;
    this.dispatchEvent(new Event("crosshair"));
  }

  /** Move the crosshair; the view follows it out of a zoomed range. */
  stepCrosshair(steps) {
    const from = this.crosshair ?? Math.floor(this.t1 / this.stepMs) * this.stepMs;
    const to = from + (this.crosshair === null ? 0 : steps * this.stepMs);
    if (to < this.t0) this.panBy(to - this.t0);
    if (to > this.t1 && this.mode === "zoomed") this.panBy(to - this.t1);
    this.setCrosshair(to);
  }

  /** The nearest step that can be seen. */
  _stepNear(ts) {
    const { stepMs } = this;
    const first = Math.ceil(this.t0 / stepMs);
    const last = Math.floor(this.t1 / stepMs);
    return Math.min(last, Math.max(first, Math.round(ts / stepMs))) * stepMs;
  }

  /** Look at a span that ends at `t1`, within the window; the whole of it is no zoom. */
  _look(span, t1) {
    const newest = this._held ?? this._edge;
    this.span = span;
    this._fixed = Math.min(newest, Math.max(newest - this.whole + span, t1));
    if (span >= this.whole) this._fixed = null;
    this._changed();
  }

  _target() {
    const now = this._clock.now() - PLAYOUT_DELAY_MS;
    return this.calm ? Math.floor(now / this.stepMs) * this.stepMs : now;
  }

  _changed() {
    this.dispatchEvent(new Event("change"));
  }
}
