// The buttons over the trends, and the state of the view in words.
import { formatMinute, formatSpan, formatTime, zoneName } from "./format.mjs";
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
   * @param {{timeZone: string, onExport: () => void, playback?: boolean,
   *   onOverlay: ((overlay: boolean) => void) | null}} options no overlay where there is nothing to lay
   */
  constructor(host, view, { timeZone, onExport, onOverlay, playback = false }) {
    this._view = view;
    this._timeZone = timeZone;
    this._running = playback ? "Playback" : "Live";
    this._bar = make("div", "trend-toolbar");
    this._bar.setAttribute("role", "toolbar");
    this._bar.setAttribute("aria-label", "Trends");
    this._pause = button("Pause", () => view.togglePause());
    this._live = button(playback ? "Follow playback" : "Back to live", () => view.backToLive());
    this._in = button("+", () => view.zoomBy(ZOOM), "Zoom in");
    this._out = button("−", () => view.zoomBy(1 / ZOOM), "Zoom out");
    this._state = make("span", "trend-state");
    this._state.setAttribute("role", "status");
    this._at = make("span", "trend-at");
    this._bar.append(
      ...(playback ? [] : [this._pause]), this._live, this._out, this._in,
      ...(onOverlay ? [overlayButton(onOverlay)] : []), button("Export CSV", onExport),
      this._now(), hint(),
    );
    host.append(this._bar);
  }

  /**
   * @param {number} firstTs oldest reading held, ms
   * @param {string} silentSince time of the last reading if it is old, else empty
   */
  update(firstTs, silentSince = "") {
    const { mode, span, whole } = this._view;
    this._pause.setAttribute("aria-pressed", String(mode !== "live"));
    disable(this._live, mode === "live" && span === whole);
    disable(this._out, span >= whole);
    const state = stateText(this._view, firstTs, this._timeZone, this._running);
    setText(this._state, mode === "live" && silentSince ? `No new readings since ${silentSince}` : state);
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
}

function overlayButton(onOverlay) {
  const element = button("Overlay", () => {
    const overlay = element.getAttribute("aria-pressed") !== "true";
    element.setAttribute("aria-pressed", String(overlay));
    onOverlay(overlay);
  });
  element.setAttribute("aria-pressed", "false");
  element.title = "Lay lines of different units over each other, each on 0–100 % of its axis";
  return element;
}

/**
 * What a view shows, in words.
 * @param {import("./trend_view.mjs").TrendView} view
 * @param {number} firstTs oldest reading held, ms
 * @param {string} timeZone
 * @param {string} running what is followed while nothing is paused
 */
export function stateText(view, firstTs, timeZone, running = "Live") {
  const { mode, t0, t1, span, whole } = view;
  const time = (ts) => formatTime(ts, timeZone);
  const zone = zoneName(t1, timeZone);
  if (mode === "live") return span < whole ? `${running} · last ${formatSpan(span)}` : running;
  // The window runs on during a pause, and its oldest readings leave what is looked at. In
  // minutes, since the state is read aloud whenever it changes.
  const gone = firstTs > t0 + view.stepMs && firstTs > 0
    ? ` · readings before ${formatMinute(firstTs, timeZone)} have left the window` : "";
  if (mode === "zoomed") return `Zoomed ${time(t0)}–${time(t1)} ${zone}${gone}`;
  return `Paused at ${time(t1)} ${zone}${gone}`;
}

/** A button of a toolbar; `disable` makes it do nothing. */
export function button(text, onClick, label = "") {
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
export function disable(element, off) {
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
