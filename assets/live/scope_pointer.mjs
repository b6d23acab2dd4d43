// Pointer on the Scope beyond time: a line under it stands out, axes stretch and move.
import { axisLeft } from "./scope_layout.mjs";
import { make } from "./trend_legend.mjs";
import { TrendPointer } from "./trend_pointer.mjs";
import { t } from "./words.mjs";

const WHEEL_SPEED = 0.002;
const CLICK_PX = 5;

export class ScopePointer {
  /**
   * @param {import("./scope_chart.mjs").ScopeChart} chart
   * @param {{onLines: () => void, onAxis: () => void, onDraw: () => void}} callbacks
   */
  constructor(chart, callbacks) {
    this._chart = chart;
    this._callbacks = callbacks;
    /** y of the pointer over the chart, px; null elsewhere. */
    this.y = null;
    this.time = new TrendPointer(chart, callbacks.onDraw);
    this._axes = make("div", "scope-axes");
    chart.box.append(this._axes);
    this._listen(chart.host);
  }

  destroy() {
    this._axes.remove();
  }

  /** Lay a handle over each axis. */
  layAxes() {
    const { scene } = this._chart;
    this._axes.replaceChildren(
      ...scene.groups.filter((group) => group.axisShown).map((group) => this._axis(scene, group)),
    );
  }

  _listen(host) {
    let down = null;
    host.addEventListener("pointermove", (event) => this._hover(event));
    host.addEventListener("pointerdown", (event) => (down = event.offsetX));
    host.addEventListener("pointerleave", () => this._leave());
    host.addEventListener("click", (event) => {
      if (down !== null && Math.abs(event.offsetX - down) < CLICK_PX) this._pin(event);
    });
  }

  _hover({ offsetX, offsetY }) {
    this.y = offsetY;
    const line = this._chart.nearest(offsetX, offsetY);
    this._chart.host.classList.toggle("scope-plot--line", Boolean(line));
    this._chart.light(line);
    this._callbacks.onLines();
  }

  _leave() {
    this.y = null;
    this._chart.light(null);
    this._callbacks.onLines();
  }

  _pin({ offsetX, offsetY }) {
    const line = this._chart.nearest(offsetX, offsetY);
    if (line) this._chart.togglePin(line);
    this._callbacks.onLines();
  }

  _axis(scene, group) {
    const element = make("div", "scope-axis");
    element.title = t(
      "{label}: wheel stretches it, dragging moves it, a double-click lets the data set it", { label: group.signal.label },
    );
    element.dataset.signal = group.signal.name;
    const left = axisLeft(scene, group);
    Object.assign(element.style, {
      left: `${left}px`, width: `${group.axis - left}px`,
      top: `${group.top}px`, height: `${group.bottom - group.top}px`,
    });
    this._listenToAxis(element, group);
    return element;
  }

  _listenToAxis(element, group) {
    const height = () => group.bottom - group.top;
    element.addEventListener("wheel", (event) => {
      event.preventDefault();
      group.zoomAbout(1 - event.offsetY / height(), Math.exp(event.deltaY * WHEEL_SPEED));
      this._callbacks.onAxis();
    }, { passive: false });
    element.addEventListener("pointerdown", (event) => element.setPointerCapture(event.pointerId));
    element.addEventListener("pointermove", (event) => {
      if (!element.hasPointerCapture(event.pointerId) || !event.movementY) return;
      group.moveBy(-event.movementY / height());
      this._callbacks.onAxis();
    });
    element.addEventListener("dblclick", () => {
      group.fitAgain();
      this._callbacks.onAxis();
    });
  }
}
