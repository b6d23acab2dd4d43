// Mouse, touch and wheel on a chart become changes of the shared view.

const SMALLEST_DRAG_PX = 6;
const SMALLEST_PINCH_PX = 24;
const WHEEL_SPEED = 0.002;
/** Lines and pages of a wheel in px, by WheelEvent.deltaMode. */
const WHEEL_PX = [1, 16, 400];

export class TrendPointer {
  /** @param {import("./trend_chart.mjs").TrendChart} chart @param {() => void} onDrag */
  constructor(chart, onDrag) {
    this._chart = chart;
    this._view = chart.view;
    this._onDrag = onDrag;
    this._mode = null;
    /** x of each finger or button that is down, by pointer id. @type {Map<number, number>} */
    this._down = new Map();
    this._listen(chart.host);
  }

  /** Give up a drag. */
  cancel() {
    this._mode = null;
    this._down.clear();
    this._setDrag(null);
  }

  _listen(host) {
    host.addEventListener("pointermove", (event) => this._move(event));
    host.addEventListener("pointerdown", (event) => this._press(event));
    host.addEventListener("pointerup", (event) => this._release(event));
    host.addEventListener("pointercancel", () => this.cancel());
    host.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse" && !this._mode) this._view.setCrosshair(null);
    });
    host.addEventListener("dblclick", () => this._view.backToLive());
    host.addEventListener("wheel", (event) => this._wheel(event), { passive: false });
  }

  _press(event) {
    if (event.pointerType === "mouse" && event.button !== 0) return;
    this._down.set(event.pointerId, event.offsetX);
    this._chart.host.setPointerCapture(event.pointerId);
    if (this._down.size === 2) this._beginPinch();
    else if (event.pointerType === "mouse" && !event.shiftKey) this._beginZoom(event.offsetX);
    else this._mode = "pan";
    if (event.pointerType !== "mouse") this._hover(event.offsetX);
  }

  _move(event) {
    const x = event.offsetX;
    if (event.pointerType === "mouse" || this._mode === null) this._hover(x);
    if (!this._down.has(event.pointerId)) return;
    const before = this._down.get(event.pointerId);
    this._down.set(event.pointerId, x);
    if (this._mode === "pinch") this._pinch();
    else if (this._mode === "pan") this._view.panBy((before - x) * this._chart.msPerPx);
    else if (this._mode === "zoom") this._setDrag({ from: this._from, to: x });
  }

  _release(event) {
    this._down.delete(event.pointerId);
    if (this._mode === "zoom") this._endZoom(event.offsetX);
    this._mode = this._down.size ? "pan" : null;
  }

  _hover(x) {
    const { left, right } = this._chart.scene;
    const inside = x >= left - 4 && x <= right + 4;
    this._view.setCrosshair(inside ? this._chart.timeAt(x) : null);
  }

  _beginZoom(x) {
    this._mode = "zoom";
    this._from = x;
    this._fromTime = this._chart.timeAt(x);
  }

  _endZoom(x) {
    const far = Math.abs(x - this._from) >= SMALLEST_DRAG_PX;
    this._setDrag(null);
    if (!far) return;
    // By time, not by place: lines ran on while the button was down.
    const times = [this._fromTime, this._chart.timeAt(x)].sort((a, b) => a - b);
    this._view.zoomTo(...times);
  }

  _beginPinch() {
    this._setDrag(null);
    this._mode = "pinch";
    this._grip = this._fingers().map((x) => this._chart.timeAt(x));
  }

  /** The times that were under the fingers stay under them. */
  _pinch() {
    const [a, b] = this._fingers();
    const [timeA, timeB] = this._grip;
    if (b - a < SMALLEST_PINCH_PX) return;
    const { left, right } = this._chart.scene;
    const msPerPx = (timeB - timeA) / (b - a);
    const t0 = timeA - (a - left) * msPerPx;
    this._view.zoomTo(t0, t0 + (right - left) * msPerPx);
  }

  _fingers() {
    return [...this._down.values()].sort((a, b) => a - b);
  }

  /** Zoom only where it was asked for, or the page could not be scrolled past a chart. */
  _wheel(event) {
    const asked = event.ctrlKey || event.metaKey || document.activeElement === this._chart.host;
    if (!asked || event.deltaY === 0) return;
    event.preventDefault();
    const px = event.deltaY * WHEEL_PX[event.deltaMode];
    this._view.zoomAbout(this._chart.timeAt(event.offsetX), Math.exp(px * WHEEL_SPEED));
  }

  _setDrag(drag) {
    this._chart.drag = drag;
    this._onDrag();
  }
}
