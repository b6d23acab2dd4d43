// Draws a state signal as a strip of named bands.
import { formatState } from "./format.mjs";
import { usable } from "./trend_paths.mjs";
import { xOf } from "./trend_axes.mjs";

const FONT = "12px";
const PAD = 6;
/** Tones of grey by code; the name says which it is. */
const TONES = [0.25, 0.55, 0.9, 0.4, 0.7];

/** @param {CanvasRenderingContext2D} ctx @param {import("./trend_canvas.mjs").Scene} scene */
export function drawStates(ctx, scene, lane) {
  const { buffer, t0, t1 } = scene;
  const { slot } = lane.lines[0];
  const to = Math.min(buffer.headStep, Math.ceil(t1 / buffer.stepMs));
  let step = Math.max(buffer.firstStep, Math.floor(t0 / buffer.stepMs));
  ctx.font = `${FONT} ${scene.theme.font}`;
  ctx.textAlign = "left";
  while (step <= to) {
    const end = endOfRun(buffer, slot, step, to);
    const value = buffer.value(slot, step);
    if (usable(value, buffer.quality(slot, step))) drawBand(ctx, scene, lane, step, end, value);
    step = end + 1;
  }
}

function endOfRun(buffer, slot, step, to) {
  const key = codeAt(buffer, slot, step);
  let end = step;
  while (end < to && codeAt(buffer, slot, end + 1) === key) end += 1;
  return end;
}

/** A reading without a number is its own kind of run. */
function codeAt(buffer, slot, step) {
  const value = buffer.value(slot, step);
  return usable(value, buffer.quality(slot, step)) ? value : -Infinity;
}

function drawBand(ctx, scene, lane, from, to, code) {
  const { stepMs } = scene.buffer;
  const x = Math.max(scene.left, xOf(scene, from * stepMs));
  const until = Math.min(scene.right, xOf(scene, (to + 1) * stepMs));
  const top = lane.top + 2;
  const height = lane.bottom - lane.top - 4;
  ctx.fillStyle = scene.theme.band;
  ctx.globalAlpha = TONES[Math.abs(Math.round(code)) % TONES.length];
  ctx.fillRect(x, top, until - x, height);
  ctx.globalAlpha = 1;
  ctx.fillStyle = scene.theme.ink;
  ctx.fillRect(x, top, 1, height);
  drawName(ctx, lane, x, until, code);
}

function drawName(ctx, lane, x, until, code) {
  const text = formatState(code, lane.lines[0].signal.states);
  const room = until - x - 2 * PAD;
  if (widthOf(ctx, text) <= room) ctx.fillText(text, x + PAD, (lane.top + lane.bottom) / 2 + 1);
}

const widths = new Map();

/** Texts repeat every frame; measuring them each time would not be free. */
function widthOf(ctx, text) {
  if (!widths.has(text)) widths.set(text, ctx.measureText(text).width);
  return widths.get(text);
}
