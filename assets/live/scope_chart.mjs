// The Scope's chart: layers of canvases, what they show now, and when that must be drawn again.
import { drawScopeAxes } from "./scope_axes.mjs";
import { layScope } from "./scope_layout.mjs";
import { drawScopeOverlay } from "./scope_overlay.mjs";
import { TimeAxis } from "./time_axis.mjs";
import { make } from "./trend_legend.mjs";
import { usable } from "./trend_paths.mjs";

/** Scrolling by less than this share of a pixel cannot be seen. */
const SMALLEST_SCROLL = 0.25;
/** Further than this from every line the pointer means none, px. */
const REACH_PX = 30;
/** With more lines than this the others step back when one stands out. */
const FEW = 12;

export class ScopeChart {
  /**
   * @param {HTMLElement} box empty and positioned; its size is the chart's
   * @param {{view: import("./trend_view.mjs").TrendView, theme: object, timeZone: string,
   *   onResize: () => void,
   *   makeRenderer: (canvas: () => HTMLCanvasElement) => import("./scope_canvas.mjs").ScopeRenderer}}
   *   context
   */
  constructor(box, { view, theme, timeZone, onResize, makeRenderer }) {
    Object.assign(this, { view, box });
    this.host = make("div", "trend-plot scope-plot");
    this.host.tabIndex = 0;
    this.host.setAttribute("role", "application");
    box.append(this.host);
    this._context = { timeZone, onResize };
    this._axes = layer(this.host).getContext("2d", { alpha: false });
    this._renderer = makeRenderer(() => layer(this.host, "scope-lines"));
    this._over = layer(this.host, "trend-canvas--over").getContext("2d");
    /** @type {import("./scope_canvas.mjs").ScopeScene} */
    this.scene = {
      theme, axis: new TimeAxis(timeZone), groups: [], overlaid: false, bySignal: false,
      width: 0, height: 0, left: 0, right: 1, bottom: 0, t0: 0, t1: 1,
    };
    this.drag = null;
    /** Lines that stand out: the one under the pointer, and those kept. */
    this.lit = null;
    this.pinned = new Set();
    this._drawn = { t0: NaN, span: NaN, version: -1 };
    this._dirty = true;
    this._watch();
  }

  get rendererName() {
    return this._renderer.name;
  }

  destroy() {
    this._size.disconnect();
    this._renderer.destroy();
    this.host.remove();
  }

  /** @param {import("./scope_group.mjs").ScopeGroup[]} groups @param {boolean} overlaid */
  setGroups(groups, overlaid, bySignal) {
    Object.assign(this.scene, { groups, overlaid, bySignal });
    const there = new Set(groups.flatMap((group) => group.lines));
    for (const line of this.pinned) if (!there.has(line)) this.pinned.delete(line);
    if (this.lit && !there.has(this.lit)) this.lit = null;
    this._renderer.linesChanged();
    this.invalidate();
  }

  /** Draw everything in the next frame. */
  invalidate() {
    layScope(this.scene);
    this._dirty = true;
  }

  /** @param {object | null} line under the pointer */
  light(line) {
    this.lit = line;
  }

  togglePin(line) {
    if (!this.pinned.delete(line)) this.pinned.add(line);
  }

  timeAt(x) {
    const { left, right } = this.scene;
    return this.view.t0 + ((x - left) / (right - left)) * this.view.span;
  }

  get msPerPx() {
    return this.view.span / (this.scene.right - this.scene.left);
  }

  get msToNext() {
    return this._smallestMove();
  }

  /** The line nearest to a place, if one is near. @returns {object | null} */
  nearest(x, y) {
    let best = null;
    let least = REACH_PX;
    for (const { line, at } of this.linesAt(this.timeAt(x))) {
      const inside = y >= line.group.top && y <= line.group.bottom;
      if (inside && Math.abs(at - y) < least) [best, least] = [line, Math.abs(at - y)];
    }
    return best;
  }

  /** Lines with a reading at a time, and their px. */
  linesAt(time) {
    return this.scene.groups.flatMap((group) => {
      const { buffer } = group.kept;
      const step = Math.round(time / buffer.stepMs);
      const there = (line) => usable(buffer.value(line.slot, step), buffer.quality(line.slot, step));
      return group.lines.filter(there).map((line) => (
        { line, at: group.yOf(line, buffer.value(line.slot, step)) }
      ));
    });
  }

  /** Draw what changed. */
  frame() {
    if (this.scene.width === 0) return;
    const version = this._version();
    const moved = Math.abs(this.view.t0 - this._drawn.t0) >= this._smallestMove() * 0.999;
    if (this._dirty || moved || version !== this._drawn.version || this.view.span !== this._drawn.span) {
      this._drawAll(version);
    }
    this._drawOver();
  }

  _drawAll(version) {
    const { scene, view } = this;
    this._resize();
    // Columns of several steps keep their steps while time scrolls, or lines would shimmer.
    const grid = this._dense ? this._smallestMove() : 0;
    scene.t1 = grid && view.mode === "live" ? Math.floor(view.t1 / grid) * grid : view.t1;
    scene.t0 = scene.t1 - view.span;
    scene.axis.lay(scene.t0, scene.t1, scene.right - scene.left);
    this._fit(version);
    this._axes.setTransform(this._dpr, 0, 0, this._dpr, 0, 0);
    drawScopeAxes(this._axes, scene);
    this._renderer.draw(scene);
    this._drawn = { t0: view.t0, span: view.span, version };
    this._dirty = false;
  }

  _fit(version) {
    const { t0, t1, groups } = this.scene;
    for (const group of groups) {
      const { buffer } = group.kept;
      const from = Math.max(buffer.firstStep, Math.floor(t0 / buffer.stepMs));
      const to = Math.min(buffer.headStep, Math.ceil(t1 / buffer.stepMs));
      const key = `${version}|${from}|${to}`;
      if (this._dirty || group.fitted !== key) group.fit(from, to);
      group.fitted = key;
    }
  }

  _drawOver() {
    const lit = [...new Set([...this.pinned, this.lit])].filter(Boolean);
    const { crosshair } = this.view;
    const lines = this.scene.groups.reduce((sum, group) => sum + group.lines.length, 0);
    this._renderer.canvas.dataset.muted = lit.length ? (lines > FEW ? "much" : "some") : "no";
    const { timeZone } = this._context;
    drawScopeOverlay(this._over, this.scene, { crosshair, drag: this.drag, lit, timeZone, dpr: this._dpr });
  }

  _version() {
    return this.scene.groups.reduce((sum, { kept }) => sum + kept.buffer.version + kept.epoch, 0);
  }

  get _dense() {
    const stepMs = this.scene.groups[0]?.kept.buffer.stepMs ?? 1000;
    return this.msPerPx / this._dpr >= stepMs;
  }

  _smallestMove() {
    return (this._dense ? 1 : SMALLEST_SCROLL) * (this.msPerPx / this._dpr);
  }

  _resize() {
    const { width, height } = this.scene;
    const dpr = window.devicePixelRatio || 1;
    if (this._width === width && this._height === height && this._dpr === dpr) return;
    Object.assign(this, { _width: width, _height: height, _dpr: dpr });
    for (const { canvas } of [this._axes, this._over]) {
      canvas.width = Math.max(1, Math.round(width * dpr));
      canvas.height = Math.max(1, Math.round(height * dpr));
    }
    this._renderer.resize(width, height, dpr);
  }

  _watch() {
    this._dpr = window.devicePixelRatio || 1;
    this._size = new ResizeObserver(([{ contentRect }]) => {
      this.scene.width = Math.floor(contentRect.width);
      this.scene.height = Math.floor(contentRect.height);
      this.invalidate();
      this._context.onResize();
    });
    this._size.observe(this.host);
  }
}

function layer(host, className = "") {
  const canvas = document.createElement("canvas");
  canvas.className = `trend-canvas ${className}`;
  canvas.setAttribute("aria-hidden", "true");
  host.append(canvas);
  return canvas;
}
