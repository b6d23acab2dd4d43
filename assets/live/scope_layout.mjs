// Where the parts of the Scope lie, in CSS px from its top left corner.
import { AXIS, HEADER } from "./trend_layout.mjs";

/** Room for an axis of values, and for the names of rows. */
const AXIS_WIDTH = 52;
const NAMES_WIDTH = 84;
/** Half a label of the time axis. */
const RIGHT = 28;
/** Axes side by side leave at least this share of the width to the lines. */
const PLOT_SHARE = 0.62;

/** @param {import("./scope_canvas.mjs").ScopeScene} scene its groups get their places */
export function layScope(scene) {
  const { groups, overlaid } = scene;
  const most = Math.max(1, Math.floor((scene.width * (1 - PLOT_SHARE)) / AXIS_WIDTH));
  const axes = overlaid ? Math.min(groups.length, most) : 1;
  const named = !overlaid && groups.some((group) => group.offset);
  scene.left = named ? NAMES_WIDTH : AXIS_WIDTH * Math.max(1, axes);
  scene.right = Math.max(scene.left + 1, scene.width - RIGHT);
  scene.bottom = Math.max(HEADER + 1, scene.height - AXIS);
  groups.forEach((group, index) => {
    group.axisShown = index < axes || !overlaid;
    group.axis = overlaid ? AXIS_WIDTH * (index + 1) : scene.left;
    group.top = overlaid ? HEADER : Math.round((scene.bottom * index) / groups.length) + HEADER;
    group.bottom = overlaid ? scene.bottom : Math.round((scene.bottom * (index + 1)) / groups.length);
  });
}

/** @returns {number} px from the left where a group's axis begins */
export function axisLeft(scene, group) {
  return scene.overlaid ? group.axis - AXIS_WIDTH : 0;
}
