// Where the parts of a chart lie, in CSS px from its top left corner.

/** Room for value labels, the same in all charts so that their times line up. */
export const LEFT = 52;
/** Room for the names of limits. */
export const RIGHT = 62;
/** Room for the time axis, and above each lane for its unit. */
export const AXIS = 22;
export const HEADER = 19;

const ONE_LANE = 196;
const LANE = 92;
const STRIP = 26;

/** Height that a chart wants; it may be given more. */
export function heightOf(lanes) {
  const states = lanes.filter((lane) => lane.kind === "states").length;
  const lines = lanes.length - states;
  const height = lines === 1 && !states ? ONE_LANE : lines * LANE;
  return height + states * (STRIP + HEADER) + AXIS;
}

/**
 * Share the height among the lanes that show a line.
 * @param {import("./trend_canvas.mjs").Scene} scene its lanes get `top` and `bottom`
 */
export function layLanes(scene) {
  scene.left = LEFT;
  scene.right = Math.max(LEFT + 1, scene.width - RIGHT);
  scene.bottom = scene.height - AXIS;
  const lanes = scene.lanes.filter((lane) => lane.shown > 0);
  const lines = lanes.filter((lane) => lane.kind === "lines");
  scene.overlaid = scene.overlay && lines.length > 1;
  const free = scene.bottom - (lanes.length - lines.length) * (STRIP + HEADER);
  const each = scene.overlaid ? free : free / Math.max(1, lines.length);
  let y = 0;
  for (const lane of lanes) {
    if (scene.overlaid && lane.kind === "lines" && lane !== lines[0]) continue;
    lane.top = Math.round(y) + HEADER;
    y += lane.kind === "states" ? STRIP + HEADER : each;
    lane.bottom = Math.round(y);
  }
  if (!scene.overlaid) return;
  const { top, bottom } = lines[0];
  for (const lane of lines) Object.assign(lane, { top, bottom });
}
