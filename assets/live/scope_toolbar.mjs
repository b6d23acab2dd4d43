// The controls over the Scope, and what it shows in words.
import { formatSpan, formatTime, zoneName } from "./format.mjs";
import { dayReason } from "./scope_model.mjs";
import { ScopePicker } from "./scope_picker.mjs";
import { setText } from "./text.mjs";
import { ZOOM } from "./trend_keys.mjs";
import { make } from "./trend_legend.mjs";
import { button, disable, stateText } from "./trend_toolbar.mjs";
import { plural, t } from "./words.mjs";

const MOUSE_HINT = t(
  "Drag to zoom · Shift+drag to move · Ctrl+wheel to zoom, without Ctrl once the chart was clicked · wheel or drag on an axis: values · click a line to keep it · arrow keys on the chart",
);
const TOUCH_HINT = t("Pinch to zoom · drag to move · tap a line to keep it · double-tap: all");
/** Choices side by side: label of the group, parameter, words and their texts. */
const CHOICES = [
  [t("Colour by"), "colour", { extruder: t("Extruder"), signal: t("Signal") }],
  [t("Lines"), "view", { overlay: t("Overlay"), offset: t("Offset") }],
  [t("Signals"), "layout", { bands: t("Stacked"), overlaid: t("Overlaid") }],
];

export class ScopeToolbar {
  /**
   * @param {HTMLElement} host
   * @param {import("./scope_model.mjs").ScopeModel} model
   * @param {string} timeZone
   * @param {{getView: () => import("./trend_view.mjs").TrendView, onReset: () => void,
   *   onLive: () => void, onReload: () => void}} callbacks
   */
  constructor(host, model, timeZone, callbacks) {
    Object.assign(this, { _model: model, _timeZone: timeZone, _getView: callbacks.getView });
    this._choices = [];
    const bar = make("div", "trend-toolbar scope-toolbar");
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", t("Scope"));
    this._signals = signalPicker(bar, model);
    this._extruders = extruderPicker(bar, model);
    this._mode = this._choice(t("Time"), "mode", { live: t("Live"), day: t("Day") });
    bar.append(this._mode, ...this._timeButtons(callbacks));
    bar.append(...CHOICES.map((choice) => this._choice(...choice)));
    host.append(bar, this._status());
  }

  destroy() {
    this._signals.destroy();
    this._extruders.destroy();
  }

  /** @param {{firstTs: number, points: number, renderer: string}} facts */
  update({ firstTs, points, renderer }) {
    const model = this._model;
    const { signals, lineCount } = model;
    const { length } = model.index.extruders;
    this._signals.update(signalsText(signals), (key) => model.names.includes(key));
    const some = model.extruders
      ? t("Extruders: {n} of {all}", { n: model.extruders.size, all: length }) : t("Extruders: all {n}", { n: length });
    this._extruders.update(some, (key) => model.has(Number(key)));
    for (const { key, word, element } of this._choices) {
      element.setAttribute("aria-pressed", String(model[key] === word));
    }
    const lines = plural("{n} line", "{n} lines", lineCount);
    setText(this._count, t("{lines} × {points} points", { lines, points }));
    this._count.title = renderer === "gl" ? t("Drawn by WebGL") : t("Drawn without WebGL");
    this._updateTime(firstTs);
  }

  /** @param {number | null} ts under the crosshair, ms */
  updateCrosshair(ts) {
    const text = ts === null ? "" : `${formatTime(ts, this._timeZone)} ${zoneName(ts, this._timeZone)}`;
    setText(this._at, text && t("Values at {time}", { time: text }));
  }

  _updateTime(firstTs) {
    const view = this._getView();
    const day = this._model.mode === "day";
    const zoomed = view.span < view.whole;
    this._pause.setAttribute("aria-pressed", String(!day && view.mode !== "live"));
    disable(this._pause, day);
    disable(this._live, !day && view.mode === "live" && !zoomed);
    disable(this._out, !zoomed);
    this._reload.hidden = !day;
    const { withoutDay } = this._model;
    disable(this._dayButton, !day && withoutDay.length > 0);
    this._dayButton.title = withoutDay.length ? dayReason(withoutDay) : t("24 hours at steps of 10 s, standing still");
    setText(this._state, day ? this._dayText(view) : stateText(view, firstTs, this._timeZone));
    this._state.dataset.mode = day ? "day" : view.mode;
  }

  _dayText({ t0, t1, span, whole }) {
    const time = (ts) => formatTime(ts, this._timeZone);
    const zone = zoneName(t1, this._timeZone);
    if (span >= whole) return t("Day up to {time}", { time: `${time(t1)} ${zone}` });
    return t("Day, {from}–{to} {zone} ({span})", { from: time(t0), to: time(t1), zone, span: formatSpan(span) });
  }

  _timeButtons({ getView, onReset, onLive, onReload }) {
    this._pause = button(t("Pause"), () => getView().togglePause());
    this._live = button(t("Back to live"), onLive);
    this._out = button("−", () => getView().zoomBy(1 / ZOOM), t("Zoom out"));
    this._in = button("+", () => getView().zoomBy(ZOOM), t("Zoom in"));
    this._reload = button(t("Reload day"), onReload);
    this._reload.hidden = true;
    const reset = button(t("Reset"), onReset, t("Reset zoom and axes"));
    return [this._reload, this._pause, this._live, this._out, this._in, reset];
  }

  _choice(name, key, words) {
    const group = make("div", "scope-choice");
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", name);
    if (key !== "mode") group.append(make("span", "scope-choice__name", name));
    for (const [word, text] of Object.entries(words)) {
      const element = button(text, () => this._model.choose(key, word));
      this._choices.push({ key, word, element });
      if (word === "day") this._dayButton = element;
      group.append(element);
    }
    return group;
  }

  /** A row of its own and one line high: a state that grows must not push the chart down. */
  _status() {
    const row = make("div", "scope-status");
    this._count = make("span", "scope-count");
    row.append(this._count, this._now(), hints());
    return row;
  }

  _now() {
    const now = make("span", "trend-now");
    this._state = make("span", "trend-state");
    this._state.setAttribute("role", "status");
    this._at = make("span", "trend-at");
    now.append(this._state, this._at);
    return now;
  }
}

function signalPicker(bar, model) {
  const items = model.offered.map((signal) => ({
    key: signal.name, label: signal.label, group: signal.group,
    note: [signal.unit, signal.day ? t("day") : ""].filter(Boolean).join(" · "),
  }));
  return new ScopePicker(bar, t("Signals"), t("Find signals"), items, { onToggle: (name) => model.toggleSignal(name) });
}

function extruderPicker(bar, model) {
  const items = model.index.extruders.map(({ id, name }) => ({ key: String(id), label: name, group: "" }));
  return new ScopePicker(bar, t("Extruders"), t("Find extruders"), items, {
    onToggle: (id) => model.toggleExtruder(Number(id)),
    actions: [[t("All"), () => model.chooseExtruders(null)], [t("None"), () => model.chooseExtruders([])]],
  });
}

function signalsText(signals) {
  if (!signals.length) return t("Signals: none");
  return signals.length === 1 ? signals[0].label : t("Signals: {n}", { n: signals.length });
}

function hints() {
  const hint = make("span", "trend-hint");
  hint.append(
    make("span", "trend-hint__mouse", MOUSE_HINT), make("span", "trend-hint__touch", TOUCH_HINT),
  );
  hint.title = MOUSE_HINT;
  return hint;
}
