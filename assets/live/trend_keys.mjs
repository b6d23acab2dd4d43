// Keys on a focused chart; the same can be done with the toolbar and the pointer.

export const ZOOM = 0.6;
const FAR = 10;

/**
 * @param {HTMLElement} host
 * @param {import("./trend_view.mjs").TrendView} view
 * @param {{onCrosshair: () => void, onEscape: () => void}} callbacks
 */
export function listenToKeys(host, view, { onCrosshair, onEscape }) {
  const move = (steps) => {
    view.stepCrosshair(steps);
    onCrosshair();
  };
  const actions = {
    ArrowLeft: (event) => move(event.shiftKey ? -FAR : -1),
    ArrowRight: (event) => move(event.shiftKey ? FAR : 1),
    "+": () => view.zoomBy(ZOOM),
    "=": () => view.zoomBy(ZOOM),
    "-": () => view.zoomBy(1 / ZOOM),
    0: () => view.showWhole(),
    Home: () => view.showWhole(),
    " ": () => view.togglePause(),
    Escape: () => {
      view.setCrosshair(null);
      onEscape();
    },
  };
  host.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action(event);
  });
}
