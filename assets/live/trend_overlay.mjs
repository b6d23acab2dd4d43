// What moves with the pointer, on its own canvas, so that lines need not be drawn again.
import { xOf, yOf } from "./trend_axes.mjs";
import { usable } from "./trend_paths.mjs";

const FONT = "600 11px";
const DOT = 3.5;
const PILL = 16;

export class TrendOverlay {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "trend-canvas trend-canvas--over";
    this.canvas.setAttribute("aria-hidden", "true");
    host.append(this.canvas);
    this._ctx = this.canvas.getContext("2d");
    this._dpr = 1;
    this._empty = true;
  }

  resize(width, height, dpr) {
    this._dpr = dpr;
    this.canvas.width = Math.max(1, Math.round(width * dpr));
    this.canvas.height = Math.max(1, Math.round(height * dpr));
    this._empty = true;
  }

  /**
   * @param {import("./trend_canvas.mjs").Scene} scene
   * @param {number | null} crosshair ms
   * @param {string} time text of the crosshair
   * @param {{from: number, to: number} | null} drag px
   */
  draw(scene, crosshair, time, drag) {
    const seen = crosshair !== null && crosshair >= scene.t0 && crosshair <= scene.t1;
    if (!seen && !drag && this._empty) return;
    const ctx = this._ctx;
    ctx.setTransform(this._dpr, 0, 0, this._dpr, 0, 0);
    ctx.clearRect(0, 0, scene.width, scene.height);
    if (drag) drawDrag(ctx, scene, drag);
    if (seen) drawCrosshair(ctx, scene, crosshair, time);
    this._empty = !seen && !drag;
  }

  destroy() {
    this.canvas.remove();
  }
}

/** The range that is being dragged. */
export function drawDrag(ctx, scene, { from, to }) {
  const left = Math.max(scene.left, Math.min(from, to));
  const right = Math.min(scene.right, Math.max(from, to));
  ctx.fillStyle = scene.theme.focus;
  ctx.globalAlpha = 0.16;
  ctx.fillRect(left, 0, right - left, scene.bottom);
  ctx.globalAlpha = 0.8;
  ctx.fillRect(left, 0, 1, scene.bottom);
  ctx.fillRect(right - 1, 0, 1, scene.bottom);
  ctx.globalAlpha = 1;
}

function drawCrosshair(ctx, scene, crosshair, time) {
  const x = Math.round(xOf(scene, crosshair)) + 0.5;
  ctx.strokeStyle = scene.theme.pointer;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const lane of scene.lanes) {
    if (lane.shown === 0) continue;
    ctx.moveTo(x, lane.top);
    ctx.lineTo(x, lane.bottom);
  }
  ctx.stroke();
  drawDots(ctx, scene, crosshair, x);
  drawPill(ctx, scene, time, x);
}

function drawDots(ctx, scene, crosshair, x) {
  const step = Math.round(crosshair / scene.buffer.stepMs);
  for (const lane of scene.lanes) {
    if (lane.kind === "states" || lane.shown === 0) continue;
    for (const line of lane.lines) if (line.shown) drawDot(ctx, scene, lane, line, step, x);
  }
}

function drawDot(ctx, scene, lane, line, step, x) {
  const value = scene.buffer.value(line.slot, step);
  if (!usable(value, scene.buffer.quality(line.slot, step))) return;
  ctx.beginPath();
  ctx.arc(x, yOf(lane, value), DOT, 0, 7);
  ctx.fillStyle = scene.theme.series[line.series];
  ctx.fill();
  ctx.strokeStyle = scene.theme.ground;
  ctx.stroke();
}

/** The time of a crosshair at `x` px, under the plot. */
export function drawPill(ctx, scene, time, x) {
  ctx.font = `${FONT} ${scene.theme.font}`;
  const width = ctx.measureText(time).width + 10;
  const left = Math.min(scene.width - width, Math.max(0, x - width / 2));
  hideTicks(ctx, scene, left, left + width);
  ctx.fillStyle = scene.theme.pointer;
  ctx.fillRect(left, scene.bottom + 4, width, PILL);
  ctx.fillStyle = scene.theme.ground;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(time, left + width / 2, scene.bottom + 4 + PILL / 2 + 0.5);
}

/** Half a time label would read as another time. */
function hideTicks(ctx, scene, from, to) {
  const { times, texts } = scene.axis;
  ctx.fillStyle = scene.theme.surface;
  for (let i = 0; i < times.length; i += 1) {
    const half = texts[i].length > 5 ? 28 : 18;
    const at = xOf(scene, times[i]);
    if (at + half > from && at - half < to) ctx.fillRect(at - half, scene.bottom + 4, 2 * half, PILL);
  }
}
