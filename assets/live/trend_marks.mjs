// Marks of the instants at which signals went past a limit, found as readings arrive, and drawn.
import { deviation } from "./limits.mjs";
import { xOf } from "./trend_axes.mjs";
import { usable } from "./trend_paths.mjs";

/** Marks of a lane nearer than this would hide each other, px. */
const CLEARANCE = 24;
const FONT = "600 10px";
const COLORS = ["", "high", "highhigh"];
const INSIDE = { name: "", severity: 0 };

/**
 * @typedef {object} Mark
 * @property {number} ts ms
 * @property {number} slot
 * @property {"H" | "HH" | "L" | "LL"} name
 * @property {number} severity 1 or 2
 */

/** Follows a window: only what changed is looked at again. */
export class LimitCrossings {
  /** @param {import("./window_buffer.mjs").WindowBuffer} buffer @param {{name: string}[]} signals */
  constructor(buffer, signals) {
    this._buffer = buffer;
    this._signals = signals;
    this._limits = {};
    this._version = -1;
    /** In order of time, changed in place. @type {Mark[]} */
    this.marks = [];
  }

  /** @param {Record<string, object>} limits in force, by signal name */
  setLimits(limits) {
    this._limits = limits;
    this._version = -1;
  }

  /** Call after data arrived. */
  update() {
    const { _buffer: buffer, marks } = this;
    if (this._version === buffer.version) return;
    const first = Math.max(buffer.firstStep, buffer.changedSince(this._version));
    const kept = marks.filter(({ ts }) => ts >= buffer.firstTs && ts < first * buffer.stepMs);
    marks.splice(0, marks.length, ...kept);
    this._signals.forEach((signal, slot) => this._follow(slot, this._limits[signal.name], first));
    marks.sort((a, b) => a.ts - b.ts);
    this._version = buffer.version;
  }

  _follow(slot, limits, first) {
    if (!limits) return;
    const { _buffer: buffer, marks } = this;
    let before = this._before(slot, limits, first);
    for (let step = first; step <= buffer.headStep; step += 1) {
      const value = buffer.value(slot, step);
      if (!usable(value, buffer.quality(slot, step))) continue;
      const now = deviation(value, limits) ?? INSIDE;
      if (now !== INSIDE && before && worse(now, before)) {
        marks.push({ ts: step * buffer.stepMs, slot, name: now.name, severity: now.severity });
      }
      before = now;
    }
  }

  /** State at the last number before a step; null if there is none: nothing was crossed. */
  _before(slot, limits, first) {
    const { _buffer: buffer } = this;
    for (let step = first - 1; step >= buffer.firstStep; step -= 1) {
      const value = buffer.value(slot, step);
      if (usable(value, buffer.quality(slot, step))) return deviation(value, limits) ?? INSIDE;
    }
    return null;
  }
}

/** Coming back from HH to H crosses nothing. */
function worse(now, before) {
  return now.severity > before.severity || now.name[0] !== before.name[0];
}

/** @param {CanvasRenderingContext2D} ctx @param {import("./trend_canvas.mjs").Scene} scene */
export function drawMarks(ctx, scene) {
  ctx.font = `${FONT} ${scene.theme.font}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  for (const lane of scene.lanes) if (lane.kind === "lines" && lane.shown > 0) drawOfLane(ctx, scene, lane);
}

function drawOfLane(ctx, scene, lane) {
  let last = -Infinity;
  for (const mark of scene.marks) {
    if (mark.ts < scene.t0 || mark.ts > scene.t1) continue;
    if (!lane.lines.some((line) => line.slot === mark.slot && line.shown)) continue;
    const x = xOf(scene, mark.ts);
    if (x - last < CLEARANCE) continue;
    last = x;
    drawMark(ctx, scene, mark, x, lane.top);
  }
}

/** A triangle as tall as its letters, its tip's place being the instant. */
function drawMark(ctx, scene, { name, severity }, x, top) {
  const [tip, base] = name[0] === "H" ? [top + 2, top + 10] : [top + 10, top + 2];
  ctx.fillStyle = scene.theme[COLORS[severity]];
  ctx.beginPath();
  ctx.moveTo(x, tip);
  ctx.lineTo(x + 4.5, base);
  ctx.lineTo(x - 4.5, base);
  ctx.fill();
  ctx.fillText(name, x + 6, top + 6.5, Math.max(1, scene.right - x - 6));
}
