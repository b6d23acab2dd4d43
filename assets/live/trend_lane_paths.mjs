// Paths of one lane on a 2D canvas: lines, their shapes, and marks of bad quality.
import { markerPath } from "./trend_markers.mjs";
import { badPath, linePath, markersPath } from "./trend_paths.mjs";

export const LINE_WIDTH = 1.4;
export const LIT_WIDTH = 2.4;
/** Opacity of the lines behind the one brought out. */
export const DIMMED = 0.28;
const MARKER_EVERY_PX = 150;
/** Steps that a path reaches beyond what is seen, so that it lasts while time scrolls. */
const SLACK = 8;

/** Built again for new data or another scale, not for the passing of time. */
export class LanePaths {
  constructor() {
    this.map = { origin: 0, from: 0, to: -1, stepPx: 0, bin: 1, low: 0, valuePx: 0, bottom: 0 };
    this._version = this._revision = -1;
    this._withLines = true;
    this._lines = [];
    this._markers = [];
    this._bad = new Path2D();
  }

  /** @param {boolean} withLines false if the lines are drawn elsewhere */
  refresh(scene, lane, dpr, withLines) {
    const { buffer, t0, t1 } = scene;
    const stepPx = ((scene.right - scene.left) * buffer.stepMs) / (t1 - t0);
    const valuePx = (lane.bottom - lane.top) / (lane.range.high - lane.range.low);
    const bin = Math.max(1, Math.ceil(1 / (stepPx * dpr) - 1e-6));
    const from = Math.max(buffer.firstStep, Math.floor(t0 / buffer.stepMs) - bin);
    const to = Math.min(buffer.headStep, Math.ceil(t1 / buffer.stepMs) + bin);
    const { map } = this;
    const same =
      this._version === buffer.version && this._revision === scene.revision &&
      this._withLines === withLines &&
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
    this._withLines = withLines;
    this._build(buffer, lane);
  }

  /** px from the canvas's left to the start of the path's first step. */
  offset(scene) {
    const ms = this.map.origin * scene.buffer.stepMs - scene.t0;
    return scene.left + (ms * (scene.right - scene.left)) / (scene.t1 - scene.t0);
  }

  draw(ctx, scene, lane) {
    const lit = litIndex(lane, scene.highlight);
    ctx.lineJoin = "bevel";
    ctx.globalAlpha = lit < 0 ? 1 : DIMMED;
    for (let i = 0; i < lane.lines.length; i += 1) {
      if (lane.lines[i].shown && i !== lit) this._drawLine(ctx, scene, lane.lines[i], i, LINE_WIDTH);
    }
    ctx.globalAlpha = 1;
    if (lit >= 0) this._drawLine(ctx, scene, lane.lines[lit], lit, LIT_WIDTH);
    ctx.fillStyle = scene.theme.bad;
    ctx.fill(this._bad);
  }

  _drawLine(ctx, scene, line, index, width) {
    ctx.strokeStyle = ctx.fillStyle = scene.theme.series[line.series];
    ctx.lineWidth = width;
    if (this._lines[index]) ctx.stroke(this._lines[index]);
    if (this._markers[index]) ctx.fill(this._markers[index]);
  }

  _build(buffer, lane) {
    const { map } = this;
    const every = Math.max(1, Math.round(MARKER_EVERY_PX / map.stepPx));
    this._bad = badPath(buffer, lane.lines, map);
    lane.lines.forEach((line, index) => {
      const drawn = line.shown && this._withLines;
      this._lines[index] = drawn ? linePath(buffer, line.slot, map) : null;
      const phase = Math.round((every * index) / lane.lines.length);
      const marked = line.shown && lane.shown > 1;
      this._markers[index] = marked
        ? markersPath(buffer, line.slot, map, markerPath(line.marker), every, phase)
        : null;
    });
  }
}

/** @returns {number} index of the lane's line that is brought out, -1 for none */
export function litIndex(lane, highlight) {
  return lane.lines.findIndex((line) => line.slot === highlight && line.shown);
}
