// Draws a chart on a 2D canvas. Another renderer needs the same four methods: see Renderer.
import { drawAxes, drawLimits } from "./trend_axes.mjs";
import { markerPath } from "./trend_markers.mjs";
import { badPath, linePath, markersPath } from "./trend_paths.mjs";
import { drawStates } from "./trend_states.mjs";

/**
 * What a chart shows, laid out; changed in place, never kept by a renderer.
 * @typedef {object} Scene
 * @property {import("./window_buffer.mjs").WindowBuffer} buffer
 * @property {import("./trend_theme.mjs").TrendTheme} theme
 * @property {import("./time_axis.mjs").TimeAxis} axis laid for t0…t1
 * @property {number} revision grows when other lines are shown
 * @property {number} highlight slot, -1 for none
 * @property {number} width CSS px; so are height, left, right, bottom
 * @property {number} height
 * @property {number} left of the plot
 * @property {number} right
 * @property {number} bottom
 * @property {number} t0 ms
 * @property {number} t1 ms
 * @property {SceneLane[]} lanes
 */

/**
 * A lane (trend_groups.mjs) with its range and place.
 * @typedef {import("./trend_groups.mjs").Lane & {range: import("./trend_range.mjs").ValueRange,
 *   title: string, decimals: number, shown: number, limits: {name: string, value: number}[],
 *   top: number, bottom: number}} SceneLane
 */

/**
 * @typedef {object} Renderer
 * @property {(width: number, height: number, dpr: number) => void} resize
 * @property {(scene: Scene) => void} draw
 * @property {() => void} destroy
 */

const WIDTH = 1.4;
const LIT_WIDTH = 2.4;
const DIMMED = 0.28;
const MARKER_EVERY_PX = 150;
/** Steps that a path reaches beyond what is seen, so that it lasts while time scrolls. */
const SLACK = 8;

/** @implements {Renderer} */
export class CanvasRenderer {
  /** @param {HTMLElement} host gets the canvas as its first child */
  constructor(host) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "trend-canvas";
    host.prepend(this.canvas);
    this._ctx = this.canvas.getContext("2d", { alpha: false });
    /** @type {Map<SceneLane, LanePaths>} */
    this._paths = new Map();
    this._dpr = 1;
  }

  resize(width, height, dpr) {
    this._dpr = dpr;
    this.canvas.width = Math.max(1, Math.round(width * dpr));
    this.canvas.height = Math.max(1, Math.round(height * dpr));
  }

  /** @param {Scene} scene */
  draw(scene) {
    const ctx = this._ctx;
    ctx.setTransform(this._dpr, 0, 0, this._dpr, 0, 0);
    ctx.globalAlpha = 1;
    drawAxes(ctx, scene);
    for (const lane of scene.lanes) {
      if (lane.shown === 0) continue;
      if (lane.kind === "states") drawStates(ctx, scene, lane);
      else this._drawLines(scene, lane);
    }
  }

  destroy() {
    this.canvas.remove();
    this._paths.clear();
  }

  _drawLines(scene, lane) {
    const ctx = this._ctx;
    drawLimits(ctx, scene, lane);
    const paths = this._pathsOf(scene, lane);
    const { left, right } = scene;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, lane.top, right - left, lane.bottom - lane.top);
    ctx.clip();
    ctx.translate(paths.offset(scene), 0);
    paths.draw(ctx, scene, lane);
    ctx.restore();
  }

  _pathsOf(scene, lane) {
    let paths = this._paths.get(lane);
    if (!paths) this._paths.set(lane, (paths = new LanePaths()));
    paths.refresh(scene, lane, this._dpr);
    return paths;
  }
}

/** Paths of one lane; built again for new data or another scale, not for the passing of time. */
class LanePaths {
  constructor() {
    this.map = { origin: 0, from: 0, to: -1, stepPx: 0, bin: 1, low: 0, valuePx: 0, bottom: 0 };
    this._version = this._revision = -1;
    this._lines = [];
    this._markers = [];
    this._bad = new Path2D();
  }

  refresh(scene, lane, dpr) {
    const { buffer, t0, t1 } = scene;
    const stepPx = ((scene.right - scene.left) * buffer.stepMs) / (t1 - t0);
    const valuePx = (lane.bottom - lane.top) / (lane.range.high - lane.range.low);
    const bin = Math.max(1, Math.ceil(1 / (stepPx * dpr) - 1e-6));
    const from = Math.max(buffer.firstStep, Math.floor(t0 / buffer.stepMs) - bin);
    const to = Math.min(buffer.headStep, Math.ceil(t1 / buffer.stepMs) + bin);
    const { map } = this;
    const same =
      this._version === buffer.version && this._revision === scene.revision &&
      map.stepPx === stepPx && map.valuePx === valuePx && map.bottom === lane.bottom &&
      map.low === lane.range.low && map.bin === bin && map.from <= from && map.to >= to;
    if (same) return;
    map.origin = map.from = Math.max(buffer.firstStep, from - SLACK);
    map.to = Math.min(buffer.headStep, to + SLACK);
    map.stepPx = stepPx;
    map.valuePx = valuePx;
    map.bin = bin;
    map.bottom = lane.bottom;
    map.low = lane.range.low;
    this._version = buffer.version;
    this._revision = scene.revision;
    this._build(buffer, lane);
  }

  /** px from the canvas's left to the start of the path's first step. */
  offset(scene) {
    const ms = this.map.origin * scene.buffer.stepMs - scene.t0;
    return scene.left + (ms * (scene.right - scene.left)) / (scene.t1 - scene.t0);
  }

  draw(ctx, scene, lane) {
    const lit = lane.lines.findIndex((line) => line.slot === scene.highlight && line.shown);
    ctx.lineJoin = "bevel";
    ctx.globalAlpha = lit < 0 ? 1 : DIMMED;
    for (let i = 0; i < lane.lines.length; i += 1) {
      if (lane.lines[i].shown && i !== lit) this._drawLine(ctx, scene, lane.lines[i], i, WIDTH);
    }
    ctx.globalAlpha = 1;
    if (lit >= 0) this._drawLine(ctx, scene, lane.lines[lit], lit, LIT_WIDTH);
    ctx.fillStyle = scene.theme.bad;
    ctx.fill(this._bad);
  }

  _drawLine(ctx, scene, line, index, width) {
    ctx.strokeStyle = ctx.fillStyle = scene.theme.series[line.series];
    ctx.lineWidth = width;
    ctx.stroke(this._lines[index]);
    if (this._markers[index]) ctx.fill(this._markers[index]);
  }

  _build(buffer, lane) {
    const { map } = this;
    const every = Math.max(1, Math.round(MARKER_EVERY_PX / map.stepPx));
    this._bad = badPath(buffer, lane.lines, map);
    lane.lines.forEach((line, index) => {
      this._lines[index] = line.shown ? linePath(buffer, line.slot, map) : null;
      const phase = Math.round((every * index) / lane.lines.length);
      const marked = line.shown && lane.shown > 1;
      this._markers[index] = marked
        ? markersPath(buffer, line.slot, map, markerPath(line.marker), every, phase)
        : null;
    });
  }
}
