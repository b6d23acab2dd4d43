// What moves with the pointer over the Scope: crosshair, and the lines that stand out.
import { formatTime } from "./format.mjs";
import { xOf } from "./trend_axes.mjs";
import { drawDrag, drawPill } from "./trend_overlay.mjs";
import { linePath, usable } from "./trend_paths.mjs";

const LIT_WIDTH = 2.6;
const DOT = 3.5;
/** More dots than this would hide the lines. */
const MOST_DOTS = 12;

/**
 * @param {CanvasRenderingContext2D} ctx
 * @param {import("./scope_canvas.mjs").ScopeScene} scene
 * @param {{crosshair: number | null, drag: object | null, lit: object[], timeZone: string,
 *   dpr: number}} what `lit`: lines that stand out
 */
export function drawScopeOverlay(ctx, scene, { crosshair, drag, lit, timeZone, dpr }) {
  ctx.setTransform(dpr, 0, 0, dpr, 0, 0);
  ctx.clearRect(0, 0, scene.width, scene.height);
  if (drag) drawDrag(ctx, scene, drag);
  for (const line of lit) drawLit(ctx, scene, line, dpr);
  if (crosshair === null || crosshair < scene.t0 || crosshair > scene.t1) return;
  drawLine(ctx, scene, Math.round(xOf(scene, crosshair)) + 0.5);
  const lines = scene.groups.flatMap((group) => group.lines);
  for (const line of lines.length <= MOST_DOTS ? lines : lit) drawDot(ctx, scene, line, crosshair);
  drawPill(ctx, scene, formatTime(crosshair, timeZone), xOf(scene, crosshair));
}

function drawLine(ctx, scene, x) {
  ctx.strokeStyle = scene.theme.pointer;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const { top, bottom } of scene.groups) {
    ctx.moveTo(x, top);
    ctx.lineTo(x, bottom);
  }
  ctx.stroke();
}

function drawDot(ctx, scene, line, crosshair) {
  const { buffer } = line.group.kept;
  const step = Math.round(crosshair / buffer.stepMs);
  const value = buffer.value(line.slot, step);
  if (!usable(value, buffer.quality(line.slot, step))) return;
  const y = line.group.yOf(line, value);
  if (y < line.group.top || y > line.group.bottom) return;
  ctx.beginPath();
  ctx.arc(xOf(scene, crosshair), y, DOT, 0, 7);
  ctx.fillStyle = line.css;
  ctx.fill();
  ctx.strokeStyle = scene.theme.ground;
  ctx.stroke();
}

function drawLit(ctx, scene, line, dpr) {
  const { group } = line;
  const { buffer } = group.kept;
  const map = mapping(scene, line, dpr);
  if (map.to < map.from) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(scene.left, group.top, scene.right - scene.left, group.bottom - group.top);
  ctx.clip();
  ctx.translate(xOf(scene, map.origin * buffer.stepMs), 0);
  ctx.lineJoin = "bevel";
  const path = linePath(buffer, line.slot, map);
  strokeTwice(ctx, path, scene.theme.ground, line.css);
  ctx.restore();
}

/** With a rim of the ground's colour, so that it is seen among many. */
function strokeTwice(ctx, path, rim, color) {
  ctx.strokeStyle = rim;
  ctx.lineWidth = LIT_WIDTH + 2;
  ctx.stroke(path);
  ctx.strokeStyle = color;
  ctx.lineWidth = LIT_WIDTH;
  ctx.stroke(path);
}

function mapping({ t0, t1, left, right }, line, dpr) {
  const { group } = line;
  const { buffer } = group.kept;
  const stepPx = ((right - left) * buffer.stepMs) / (t1 - t0);
  const from = Math.max(buffer.firstStep, Math.floor(t0 / buffer.stepMs));
  return {
    origin: from, from, to: Math.min(buffer.headStep, Math.ceil(t1 / buffer.stepMs)), stepPx,
    bin: Math.max(1, Math.ceil(1 / (stepPx * dpr) - 1e-6)), low: line.low,
    valuePx: (group.bottom - group.top) / (line.high - line.low), bottom: group.bottom,
  };
}
