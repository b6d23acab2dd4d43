// Draws what stands behind the Scope's lines: grid, times, units, values or names.
import { formatNumber } from "./format.mjs";
import { drawTimes, drawVerticals, horizontal } from "./trend_axes.mjs";

const TICK_FONT = "11px";
const UNIT_FONT = "600 12px";
const GRID_ALPHA = 0.55;
/** Names of rows closer than this would overlap, px. */
const NAME_HEIGHT = 12;

/** @param {CanvasRenderingContext2D} ctx @param {import("./scope_canvas.mjs").ScopeScene} scene */
export function drawScopeAxes(ctx, scene) {
  ctx.fillStyle = scene.theme.surface;
  ctx.fillRect(0, 0, scene.width, scene.height);
  drawTimes(ctx, scene);
  const bands = scene.overlaid ? scene.groups.slice(0, 1) : scene.groups;
  for (const group of bands) drawBand(ctx, scene, group);
  for (const group of scene.groups) drawAxis(ctx, scene, group);
}

function drawBand(ctx, scene, group) {
  const { theme, left, right } = scene;
  const height = group.bottom - group.top;
  ctx.fillStyle = theme.ground;
  ctx.fillRect(left, group.top, right - left, height);
  ctx.strokeStyle = theme.frame;
  ctx.lineWidth = 1;
  ctx.globalAlpha = GRID_ALPHA;
  drawVerticals(ctx, scene, group);
  for (const y of levels(group)) horizontal(ctx, scene, Math.round(y) + 0.5);
  ctx.globalAlpha = 1;
  ctx.strokeRect(left + 0.5, group.top + 0.5, right - left - 1, height - 1);
}

/** px of the horizontal lines of the grid. */
function levels(group) {
  if (!group.offset) return group.range.ticks.map((tick) => group.yOf(group.range, tick));
  const rows = group.lines.length;
  const pitch = (group.bottom - group.top) / rows;
  return group.lines.slice(1).map((_, index) => group.top + (index + 1) * pitch);
}

function drawAxis(ctx, scene, group) {
  if (!group.axisShown) return;
  const { theme, overlaid, left, right } = scene;
  const title = group.title(overlaid);
  ctx.fillStyle = overlaid && scene.bySignal && group.lines[0] ? group.lines[0].css : theme.label;
  ctx.font = `${UNIT_FONT} ${theme.font}`;
  ctx.textAlign = overlaid ? "right" : "left";
  if (overlaid) ctx.fillText(title, group.axis - 6, group.top - 9, 46);
  else ctx.fillText(title, left, group.top - 9, right - left);
  ctx.font = `${TICK_FONT} ${theme.font}`;
  ctx.textAlign = "right";
  if (group.offset && !overlaid) drawNames(ctx, group);
  else if (!group.offset) drawTicks(ctx, group);
}

function drawTicks(ctx, group) {
  for (const tick of group.range.ticks) {
    const y = group.yOf(group.range, tick);
    const inside = Math.min(group.bottom - 4, Math.max(group.top + 4, y));
    ctx.fillText(formatNumber(tick, group.range.decimals), group.axis - 6, Math.round(inside), 44);
  }
}

function drawNames(ctx, group) {
  const pitch = (group.bottom - group.top) / group.lines.length;
  const every = Math.max(1, Math.ceil(NAME_HEIGHT / pitch));
  for (let i = 0; i < group.lines.length; i += every) {
    const y = group.top + (i + 0.5) * pitch;
    ctx.fillText(group.lines[i].extruder.name, group.axis - 6, Math.round(y), group.axis - 8);
  }
}
