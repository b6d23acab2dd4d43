// The buttons over the trends, and the state of the view in words.
import { formatSpan, formatTime, zoneName } from "./format.mjs";
import { setText } from "./text.mjs";
import { ZOOM } from "./trend_keys.mjs";
import { make } from "./trend_legend.mjs";

const MOUSE_HINT = "Drag to zoom · Shift+drag to move · Ctrl+wheel to zoom, without Ctrl once a " +
  "chart was clicked · double-click: all";
const TOUCH_HINT = "Pinch to zoom · drag to move · double-tap: all";

export class TrendToolbar {
  /**
   * @param {HTMLElement} host
   * @param {import("./trend_view.mjs").TrendView} view
   * @param {{timeZone: string, onExport: () => void}} options
   */
  constructor(host, view, { timeZone, onExport }) {
    this._view = view;
    this._timeZone = timeZone;
    this._bar = make("div", "trend-toolbar");
    this._bar.setAttribute("role", "toolbar");
    this._bar.setAttribute("aria-label", "Trends");
    this._pause = button("Pause", () => view.togglePause());
    this._live = button("Back to live", () => view.backToLive());
    this._in = button("+", () => view.zoomBy(ZOOM), "Zoom in");
    this._out = button("−", () => view.zoomBy(1 / ZOOM), "Zoom out");
    this._state = make("span", "trend-state");
    this._state.setAttribute("role", "status");
    this._at = make("span", "trend-at");
    this._bar.append(
      this._pause, this._live, this._out, this._in, button("Export CSV", onExport),
      this._now(), hint(),
    );
    host.append(this._bar);
  }

  /** @param {number} firstTs oldest reading held, ms */
  update(firstTs) {
    const { mode, span, whole } = this._view;
    this._pause.setAttribute("aria-pressed", String(mode !== "live"));
    disable(this._live, mode === "live" && span === whole);
    disable(this._out, span >= whole);
    setText(this._state, this._text(mode, firstTs));
    this._state.dataset.mode = mode;
  }

  /** @param {string} time under the crosshair, empty for none */
  updateCrosshair(time) {
    setText(this._at, time ? `Values at ${time}` : "");
  }

  _now() {
    const now = make("span", "trend-now");
    now.append(this._state, this._at);
    return now;
  }

  _text(mode, firstTs) {
    const { t0, t1, span, whole } = this._view;
    const time = (ts) => formatTime(ts, this._timeZone);
    const zone = zoneName(t1, this._timeZone);
    if (mode === "live") return span < whole ? `Live · last ${formatSpan(span)}` : "Live";
    const gone = firstTs > t0 + this._view.stepMs && firstTs > 0 ? this._gone(firstTs) : "";
    if (mode === "zoomed") return `Zoomed ${time(t0)}–${time(t1)} ${zone}${gone}`;
    return `Paused at ${time(t1)} ${zone}${gone}`;
  }

  /** The window runs on during a pause, and its oldest readings leave what is looked at. */
  _gone(firstTs) {
    return ` · readings before ${formatTime(firstTs, this._timeZone)} have left the window`;
  }
}

function button(text, onClick, label = "") {
  const element = make("button", "button trend-button", text);
  element.type = "button";
  if (label) {
    element.setAttribute("aria-label", label);
    element.title = label;
  }
  element.addEventListener("click", () => {
    if (element.getAttribute("aria-disabled") !== "true") onClick();
  });
  return element;
}

/** Not `disabled`, which would drop the keyboard's focus to the top of the page. */
function disable(element, off) {
  if (element.getAttribute("aria-disabled") !== String(off)) {
    element.setAttribute("aria-disabled", String(off));
  }
}

function hint() {
  const both = make("span", "trend-hint");
  both.append(
    make("span", "trend-hint__mouse", MOUSE_HINT), make("span", "trend-hint__touch", TOUCH_HINT),
  );
  return both;
}
