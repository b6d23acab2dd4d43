// Draws when asked and while time runs; sleeps between visible moves and in a hidden tab.

/** A wait shorter than this is a frame's. */
const FRAME_MS = 20;

export class TrendLoop {
  /**
   * @param {(time: number) => number} draw returns the ms until it wants to be called again,
   *   Infinity for only when asked
   */
  constructor(draw) {
    this._draw = draw;
    this._frame = 0;
    this._timer = 0;
    this._onVisibility = () => (document.hidden ? this._stop() : this.request());
    document.addEventListener("visibilitychange", this._onVisibility);
  }

  /** Draw in the next frame. */
  request() {
    if (this._frame || document.hidden) return;
    clearTimeout(this._timer);
    this._frame = requestAnimationFrame((time) => this._run(time));
  }

  destroy() {
    document.removeEventListener("visibilitychange", this._onVisibility);
    this._stop();
  }

  _run(time) {
    this._frame = 0;
    const wait = this._draw(time);
    if (wait <= FRAME_MS) this.request();
    else if (wait < Infinity) this._timer = setTimeout(() => this.request(), wait - FRAME_MS / 2);
  }

  _stop() {
    cancelAnimationFrame(this._frame);
    clearTimeout(this._timer);
    this._frame = 0;
  }
}
