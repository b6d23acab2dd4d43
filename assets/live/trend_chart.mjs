// One chart: a group's lanes, what they show now, and when that must be drawn again.
import { CanvasRenderer } from "./trend_canvas.mjs";
import { limitsOf, sharedLimits } from "./trend_groups.mjs";
import { heightOf, layLanes } from "./trend_layout.mjs";
import { TrendOverlay } from "./trend_overlay.mjs";
import { extent } from "./trend_paths.mjs";
import { ValueRange } from "./trend_range.mjs";
import { TimeAxis } from "./time_axis.mjs";
import { t } from "./words.mjs";

/** Scrolling by less than this share of a pixel of the screen cannot be seen. */
const SMALLEST_SCROLL = 0.25;
/** An axis does not stretch noise: its least span as a share of the scale. */
const LEAST_SPAN = 0.02;
/** Limits this near to the line are worth room on the axis, as a share of the scale. */
const REACH = 0.05;

export class TrendChart {
  /**
   * @param {HTMLElement} host empty and positioned; its size is the chart's
   * @param {{name: string, lines: object[], lanes: object[]}} group of trend_groups.mjs
   * @param {{buffer: object, view: import("./trend_view.mjs").TrendView, theme: object,
   *   timeZone: string, onResize: () => void, marks?: import("./trend_marks.mjs").Mark[],
   *   makeRenderer?: (host: HTMLElement) => import("./trend_canvas.mjs").Renderer}} context
   */
  constructor(host, group, context) {
    const { buffer, view, theme, timeZone, marks = [] } = context;
    Object.assign(this, { host, group, view });
    this.limits = {};
    /** Set while a range is being dragged. @type {{from: number, to: number} | null} */
    this.drag = null;
    this._context = context;
    this._extent = { min: 0, max: 0 };
    this._drawn = { t0: NaN, version: -1, span: NaN, crosshair: null, drag: null };
    this._dirty = true;
    this.visible = true;
    this._makeRenderer();
    this._overlay = new TrendOverlay(host);
    /** @type {import("./trend_canvas.mjs").Scene} */
    this.scene = {
      buffer, theme, axis: new TimeAxis(timeZone), revision: 0, highlight: -1,
      width: 0, height: 0, left: 0, right: 1, bottom: 0, t0: 0, t1: 1,
      marks, overlay: false, overlaid: false, lanes: group.lanes.map(sceneLane),
    };
    host.style.setProperty("--plot-height", `${heightOf(group.lanes)}px`);
    this._watch();
    this.linesChanged();
  }

  destroy() {
    this._size.disconnect();
    this._sight.disconnect();
    this._renderer.destroy();
    this._overlay.destroy();
  }

  /** Draw everything in the next frame. */
  invalidate() {
    this._dirty = true;
  }

  /** The section draws by other means now. */
  rendererChanged() {
    this._renderer.destroy();
    this._makeRenderer();
    this._width = NaN;
    this._dirty = true;
  }

  /** Other lines of the group are shown now. */
  linesChanged() {
    for (const lane of this.scene.lanes) {
      lane.shown = lane.lines.filter((line) => line.shown).length;
      lane.title = titleOf(lane);
      lane.range.loosen();
    }
    this.scene.revision += 1;
    this._limitsChanged();
    this._lay();
  }

  setLimits(limits) {
    this.limits = limits;
    this._limitsChanged();
  }

  /** @param {boolean} overlay lanes share one plot, each on 0–100 % of its own axis */
  setOverlay(overlay) {
    this.scene.overlay = overlay;
    this._lay();
  }

  /** @param {number} slot of the line to bring out, -1 for none */
  highlight(slot) {
    if (slot === this.scene.highlight) return;
    this.scene.highlight = slot;
    this._limitsChanged();
  }

  /** @param {number} x px from the host's left @returns {number} ms */
  timeAt(x) {
    const { left, right } = this.scene;
    return this.view.t0 + ((x - left) / (right - left)) * this.view.span;
  }

  /** @returns {number} ms per px */
  get msPerPx() {
    return this.view.span / (this.scene.right - this.scene.left);
  }

  /** @returns {number} ms until running time has moved the lines visibly */
  get msToNext() {
    return this.visible ? SMALLEST_SCROLL * (this.msPerPx / this._dpr) : Infinity;
  }

  /** Draw although the chart may be out of sight. @param {string} time text of the crosshair */
  drawNow(time) {
    const { visible } = this;
    this.visible = true;
    this._dirty = true;
    this.frame(time);
    this.visible = visible;
  }

  /**
   * Draw if anything visible changed; out of sight only once, since a canvas is black before.
   * @param {string} time text of the crosshair
   */
  frame(time) {
    if ((!this.visible && this._drawn.version > 0) || this.scene.width === 0) return;
    const { view, _drawn: drawn } = this;
    const { version } = this._context.buffer;
    const moved = Math.abs(view.t0 - drawn.t0) >= this.msToNext || view.span !== drawn.span;
    // Running time shows new readings with its next move: one drawing for both.
    const news = version !== drawn.version && view.mode !== "live";
    const base = this._dirty || moved || news;
    if (base) this._drawBase(version);
    if (base || view.crosshair !== drawn.crosshair || this.drag !== drawn.drag) {
      this._overlay.draw(this.scene, view.crosshair, time, this.drag);
      drawn.crosshair = view.crosshair;
      drawn.drag = this.drag;
    }
  }

  _drawBase(version) {
    const { scene, view, _drawn: drawn } = this;
    this._resize();
    if (view.span !== drawn.span) for (const lane of scene.lanes) lane.range.loosen();
    scene.t0 = drawn.t0 = view.t0;
    scene.t1 = view.t1;
    scene.axis.lay(scene.t0, scene.t1, scene.right - scene.left);
    for (const lane of scene.lanes) this._fit(lane);
    this._renderer.draw(scene);
    drawn.version = version;
    drawn.span = view.span;
    this._dirty = false;
  }

  _fit(lane) {
    if (lane.kind === "states" || lane.shown === 0) return;
    const { buffer, t0, t1 } = this.scene;
    const from = Math.max(buffer.firstStep, Math.floor(t0 / buffer.stepMs));
    const to = Math.min(buffer.headStep, Math.ceil(t1 / buffer.stepMs));
    // What is seen changes only with the data and when a step enters or leaves.
    if (!this._dirty && lane.fitted === buffer.version && lane.from === from && lane.to === to) return;
    lane.fitted = buffer.version;
    lane.from = from;
    lane.to = to;
    extent(buffer, lane.lines, from, to, this._extent);
    this._includeLimits(lane);
    lane.range.fit(this._extent.min, this._extent.max);
    lane.range.layTicks(lane.bottom - lane.top);
  }

  _includeLimits(lane) {
    const { min, max } = this._extent;
    const reach = Math.max(max - min, REACH * (lane.high - lane.low));
    for (const { value } of lane.shared) {
      if (value < min - reach || value > max + reach) continue;
      this._extent.min = Math.min(this._extent.min, value);
      this._extent.max = Math.max(this._extent.max, value);
    }
  }

  _makeRenderer() {
    const { makeRenderer } = this._context;
    this._renderer = makeRenderer ? makeRenderer(this.host) : new CanvasRenderer(this.host);
  }

  _limitsChanged() {
    for (const lane of this.scene.lanes) {
      lane.shared = sharedLimits(lane, this.limits);
      lane.limits = limitsOf(lane, this.limits, this.scene.highlight);
    }
    this._dirty = true;
  }

  _lay() {
    layLanes(this.scene);
    this._dirty = true;
  }

  _resize() {
    const { width, height } = this.scene;
    const dpr = window.devicePixelRatio || 1;
    if (this._width === width && this._height === height && this._dpr === dpr) return;
    Object.assign(this, { _width: width, _height: height, _dpr: dpr });
    this._renderer.resize(width, height, dpr);
    this._overlay.resize(width, height, dpr);
  }

  _watch() {
    this._dpr = window.devicePixelRatio || 1;
    this._size = new ResizeObserver(([{ contentRect }]) => {
      this.scene.width = Math.floor(contentRect.width);
      this.scene.height = Math.floor(contentRect.height);
      this._lay();
      this._context.onResize();
    });
    this._size.observe(this.host);
    this._sight = new IntersectionObserver((entries) => {
      this.visible = entries.at(-1).isIntersecting;
      if (this.visible) this._context.onResize();
    }, { rootMargin: "100px" });
    this._sight.observe(this.host);
  }
}

function sceneLane(lane) {
  const { low, high, lines } = lane;
  return {
    ...lane,
    range: new ValueRange(LEAST_SPAN * (high - low), low, high),
    decimals: Math.max(...lines.map((line) => line.signal.decimals)),
    title: "", shown: 0, limits: [], shared: [], top: 0, bottom: 0,
    fitted: -1, from: -1, to: -1,
  };
}

function titleOf(lane) {
  const shown = lane.lines.filter((line) => line.shown);
  const label = shown.length === 1 ? t(shown[0].signal.label) : "";
  return [label, t(lane.unit)].filter(Boolean).join(" · ");
}
