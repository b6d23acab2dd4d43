// Keys on the focused Scope: those of all trends, and from line to line.
import { listenToKeys } from "./trend_keys.mjs";
import { t } from "./words.mjs";

/**
 * @param {import("./scope_chart.mjs").ScopeChart} chart
 * @param {import("./trend_view.mjs").TrendView} view
 * @param {{onSpeak: () => void, onChange: () => void}} callbacks
 */
export function listenToScopeKeys(chart, view, { onSpeak, onChange }) {
  chart.host.setAttribute("aria-label", t(
    "Lines of the Scope. Left and right: crosshair, up and down: next line, Enter: keep it, plus and minus: zoom, 0: all, space: pause, Escape: nothing",
  ));
  listenToKeys(chart.host, view, {
    onCrosshair: onSpeak,
    onEscape: () => {
      chart.light(null);
      chart.pinned.clear();
      onChange();
    },
  });
  const actions = {
    ArrowUp: () => chart.light(neighbour(chart, view, -1)),
    ArrowDown: () => chart.light(neighbour(chart, view, 1)),
    Enter: () => chart.lit && chart.togglePin(chart.lit),
  };
  chart.host.addEventListener("keydown", (event) => {
    const action = actions[event.key];
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    action();
    onChange();
  });
}

/** The next line below (1) or above (-1) the one that stands out, at the crosshair. */
function neighbour(chart, view, by) {
  if (view.crosshair === null) view.stepCrosshair(0);
  const order = chart.linesAt(view.crosshair ?? view.t1).sort((a, b) => a.at - b.at);
  const at = order.findIndex(({ line }) => line === chart.lit);
  const from = at >= 0 ? at + by : by > 0 ? 0 : order.length - 1;
  return order[Math.min(order.length - 1, Math.max(0, from))]?.line ?? null;
}
