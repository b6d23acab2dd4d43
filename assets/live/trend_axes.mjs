// Draws what stands behind lines on a 2D canvas: grid, axes, units, limits.
import { formatNumber } from "./format.mjs";
import { t } from "./words.mjs";

const TICK_FONT = "11px";
const UNIT_FONT = "600 12px";
const GRID_ALPHA = 0.55;
const LIMIT_DASH = { HH: [7, 3], LL: [7, 3], H: [4, 3], L: [4, 3], Set: [1, 3] };
const NO_DASH = [];
/** Shares of an axis that an overlaid chart names. */
const SHARES = [0, 0.25, 0.5, 0.75, 1];
/** Past a limit; where two overlap, past both. */
const SHADE = 0.06;
/** Names of limits closer than this would overlap, px. */
const LABEL_HEIGHT = 12;
const LABEL_SHIFT = 9;
const placed = new Float32Array(8);

/** @param {CanvasRenderingContext2D} ctx @param {import("./trend_canvas.mjs").Scene} scene */
export function drawAxes(ctx, scene) {
  ctx.fillStyle = scene.theme.surface;
  ctx.fillRect(0, 0, scene.width, scene.height);
  drawTimes(ctx, scene);
  const first = firstOf(scene);
  for (const lane of scene.lanes) {
    const covered = scene.overlaid && lane.kind === "lines" && lane !== first;
    if (lane.shown > 0 && !covered) drawLane(ctx, scene, lane);
  }
}

/** Stands for all lanes of lines when they lie over each other. */
function firstOf({ lanes }) {
  return lanes.find((lane) => lane.kind === "lines" && lane.shown > 0);
}

/** Limits of a lane, over its grid and under its lines. */
export function drawLimits(ctx, scene, lane) {
  // Overlaid, a limit says nothing unless it is known whose it is.
  if (scene.overlaid && !lane.lines.some(({ slot, shown }) => shown && slot === scene.highlight)) return;
  ctx.strokeStyle = ctx.fillStyle = scene.theme.limit;
  shade(ctx, scene, lane);
  ctx.lineWidth = 1;
  ctx.font = `${TICK_FONT} ${scene.theme.font}`;
  ctx.textAlign = "left";
  let count = 0;
  for (const { name, value } of lane.limits) {
    if (value < lane.range.low || value > lane.range.high) continue;
    const y = Math.round(yOf(lane, value)) + 0.5;
    ctx.setLineDash(LIMIT_DASH[name]);
    horizontal(ctx, scene, y);
    const at = freePlace(lane, y, count);
    if (at !== null) {
      placed[count] = at;
      count += 1;
      const text = `${t(name)} ${formatNumber(value, lane.decimals)}`;
      ctx.fillText(text, scene.right + 4, at, scene.width - scene.right - 5);
    }
  }
  ctx.setLineDash(NO_DASH);
}

/** What lies past a limit is a little darker: calm, and seen without reading the scale. */
function shade(ctx, scene, lane) {
  const width = scene.right - scene.left;
  ctx.globalAlpha = SHADE;
  for (const { name, value } of lane.limits) {
    const y = Math.min(lane.bottom, Math.max(lane.top, Math.round(yOf(lane, value))));
    if (name[0] === "H") ctx.fillRect(scene.left, lane.top, width, y - lane.top);
    if (name[0] === "L") ctx.fillRect(scene.left, y, width, lane.bottom - y);
  }
  ctx.globalAlpha = 1;
}

/** @returns {number} px of a value in a lane */
export function yOf(lane, value) {
  const { low, high } = lane.range;
  return lane.bottom - ((value - low) / (high - low)) * (lane.bottom - lane.top);
}

/** Where a name near `y` overlaps no other: there, or a little above or below; else null. */
function freePlace(lane, y, count) {
  for (let shift = 0; shift <= LABEL_SHIFT; shift += 1) {
    for (const at of [y - shift, y + shift]) {
      if (at >= lane.top + 4 && at <= lane.bottom - 4 && isFree(at, count)) return at;
    }
  }
  return null;
}

function isFree(y, count) {
  for (let i = 0; i < count; i += 1) if (Math.abs(placed[i] - y) < LABEL_HEIGHT) return false;
  return true;
}

/** Labels under the plot. */
export function drawTimes(ctx, scene) {
  const { axis, theme } = scene;
  ctx.font = `${TICK_FONT} ${theme.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = theme.label;
  for (let i = 0; i < axis.times.length; i += 1) {
    ctx.fillText(axis.texts[i], Math.round(xOf(scene, axis.times[i])), scene.bottom + 13);
  }
}

/** @returns {number} px of a time */
export function xOf(scene, ts) {
  const share = (ts - scene.t0) / (scene.t1 - scene.t0);
  return scene.left + share * (scene.right - scene.left);
}

function drawLane(ctx, scene, lane) {
  const { theme, left, right } = scene;
  ctx.fillStyle = theme.ground;
  ctx.fillRect(left, lane.top, right - left, lane.bottom - lane.top);
  ctx.strokeStyle = theme.frame;
  ctx.lineWidth = 1;
  ctx.globalAlpha = GRID_ALPHA;
  drawVerticals(ctx, scene, lane);
  if (lane.kind === "lines") drawHorizontals(ctx, scene, lane);
  ctx.globalAlpha = 1;
  ctx.strokeRect(left + 0.5, lane.top + 0.5, right - left - 1, lane.bottom - lane.top - 1);
  drawTexts(ctx, scene, lane);
}

/** Grid of times over the height of a lane. */
export function drawVerticals(ctx, scene, lane) {
  ctx.beginPath();
  for (let i = 0; i < scene.axis.times.length; i += 1) {
    const x = Math.round(xOf(scene, scene.axis.times[i])) + 0.5;
    ctx.moveTo(x, lane.top);
    ctx.lineTo(x, lane.bottom);
  }
  ctx.stroke();
}

function drawHorizontals(ctx, scene, lane) {
  for (const tick of ticksOf(scene, lane)) horizontal(ctx, scene, Math.round(yOf(lane, tick)) + 0.5);
}

/** A line over the width of the plot. */
export function horizontal(ctx, scene, y) {
  ctx.beginPath();
  ctx.moveTo(scene.left, y);
  ctx.lineTo(scene.right, y);
  ctx.stroke();
}

function drawTexts(ctx, scene, lane) {
  const { theme, left } = scene;
  ctx.fillStyle = theme.label;
  ctx.textAlign = "left";
  ctx.font = `${UNIT_FONT} ${theme.font}`;
  const title = scene.overlaid && lane.kind === "lines" ? titleOf(scene) : lane.title;
  ctx.fillText(title, left, lane.top - 9, scene.right - left);
  if (lane.kind !== "lines") return;
  ctx.textAlign = "right";
  ctx.font = `${TICK_FONT} ${theme.font}`;
  for (const tick of ticksOf(scene, lane)) {
    const y = Math.min(lane.bottom - 4, Math.max(lane.top + 4, yOf(lane, tick)));
    ctx.fillText(labelOf(scene, lane, tick), left - 6, Math.round(y), left - 8);
  }
}

function ticksOf(scene, { range }) {
  return scene.overlaid ? SHARES.map((share) => range.low + share * (range.high - range.low)) : range.ticks;
}

function labelOf(scene, { range }, tick) {
  if (!scene.overlaid) return formatNumber(tick, range.decimals);
  return `${Math.round(((tick - range.low) / (range.high - range.low)) * 100)} %`;
}

/** Which values 0 and 100 % stand for, by unit. */
function titleOf({ lanes }) {
  return lanes
    .filter((lane) => lane.kind === "lines" && lane.shown > 0)
    .map(({ range: { low, high, decimals }, title }) =>
      `${formatNumber(low, decimals)}–${formatNumber(high, decimals)} ${title}`)
    .join("   ");
}
