// The buttons over the trends, and the state of the view in words.
import { formatMinute, formatSpan, formatTime, zoneName } from "./format.mjs";
import { setText } from "./text.mjs";
import { ZOOM } from "./trend_keys.mjs";
import { make } from "./trend_legend.mjs";
import { t } from "./words.mjs";

const MOUSE_HINT = t(
  "Drag to zoom · Shift+drag to move · Ctrl+wheel to zoom, without Ctrl once a chart was clicked · double-click: all",
);
const TOUCH_HINT = t("Pinch to zoom · drag to move · double-tap: all");

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
    this._running = playback ? t("Playback") : t("Live");
    this._bar = make("div", "trend-toolbar");
    this._bar.setAttribute("role", "toolbar");
    this._bar.setAttribute("aria-label", t("Trends"));
    this._pause = button(t("Pause"), () => view.togglePause());
    this._live = button(playback ? t("Follow playback") : t("Back to live"), () => view.backToLive());
    this._in = button("+", () => view.zoomBy(ZOOM), t("Zoom in"));
    this._out = button("−", () => view.zoomBy(1 / ZOOM), t("Zoom out"));
    this._state = make("span", "trend-state");
    this._state.setAttribute("role", "status");
    this._at = make("span", "trend-at");
    this._bar.append(
      ...(playback ? [] : [this._pause]), this._live, this._out, this._in,
      ...(onOverlay ? [overlayButton(onOverlay)] : []), button(t("Export CSV"), onExport),
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
    const silence = () => t("No new readings since {time}", { time: silentSince });
    setText(this._state, mode === "live" && silentSince ? silence() : state);
    this._state.dataset.mode = mode;
  }

  /** @param {string} time under the crosshair, empty for none */
  updateCrosshair(time) {
    setText(this._at, time ? t("Values at {time}", { time }) : "");
  }

  _now() {
    const now = make("span", "trend-now");
    now.append(this._state, this._at);
    return now;
  }
}

function overlayButton(onOverlay) {
  const element = button(t("Overlay"), () => {
    const overlay = element.getAttribute("aria-pressed") !== "true";
    element.setAttribute("aria-pressed", String(overlay));
    onOverlay(overlay);
  });
  element.setAttribute("aria-pressed", "false");
  element.title = t("Lay lines of different units over each other, each on 0–100 % of its axis");
  return element;
}

/**
 * What a view shows, in words.
 * @param {import("./trend_view.mjs").TrendView} view
 * @param {number} firstTs oldest reading held, ms
 * @param {string} timeZone
 * @param {string} running what is followed while nothing is paused
 */
export function stateText(view, firstTs, timeZone, running = t("Live")) {
  const { mode, t0, t1, span, whole } = view;
  const time = (ts) => formatTime(ts, timeZone);
  const zone = zoneName(t1, timeZone);
  if (mode === "live" && span >= whole) return running;
  if (mode === "live") return t("{running} · last {span}", { running, span: formatSpan(span) });
  // The window runs on during a pause, and its oldest readings leave what is looked at. In
  // minutes, since the state is read aloud whenever it changes.
  const gone = firstTs > t0 + view.stepMs && firstTs > 0
    ? ` · ${t("readings before {time} have left the window", { time: formatMinute(firstTs, timeZone) })}` : "";
  if (mode === "zoomed") return t("Zoomed {from}–{to} {zone}", { from: time(t0), to: time(t1), zone }) + gone;
  return t("Paused at {time}", { time: `${time(t1)} ${zone}` }) + gone;
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
