// The legend of a chart: shows and hides lines, and says their values in text.
import { formatNumber, formatState, NO_VALUE } from "./format.mjs";
import { deviation, QUALITY_WORDS, SIGNS } from "./limits.mjs";
import { setText } from "./text.mjs";
import { swatch } from "./trend_markers.mjs";
import { usable } from "./trend_paths.mjs";
import { t } from "./words.mjs";

/** Good, and out of service on purpose. */
const CALM = new Set([0, 4]);
const SEVERITY = ["", "high", "highhigh"];

/** @param {string} tag @param {string} className @param {string} [text] */
export function make(tag, className, text = "") {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}

export class TrendLegend {
  /**
   * @param {HTMLElement} host
   * @param {import("./trend_groups.mjs").Line[]} lines
   * @param {{onToggle(line: object): void, onOnly(line: object): void,
   *   onHighlight(slot: number): void}} callbacks
   */
  constructor(host, lines, callbacks) {
    this._entries = lines.map((line) => entryOf(line, callbacks));
    const list = make("ul", "trend-legend");
    list.append(...this._entries.map(({ button }) => item(button)));
    host.append(list);
    this.linesChanged();
  }

  linesChanged() {
    for (const { line, button } of this._entries) {
      button.setAttribute("aria-pressed", String(line.shown));
    }
  }

  /**
   * @param {(slot: number) => {value: number, quality: number}} read
   * @param {Record<string, object>} limits in force, by signal name
   */
  update(read, limits) {
    for (const entry of this._entries) {
      const { value, quality } = read(entry.line.slot);
      show(entry, value, quality, limits[entry.line.signal.name]);
    }
  }

  /** What a screen reader says of the values. @returns {string} */
  spoken() {
    return this._entries
      .filter(({ line }) => line.shown)
      .map(({ line, value, note }) => {
        const unit = value.textContent === NO_VALUE ? "" : t(line.signal.unit);
        return [t(line.signal.label), value.textContent, unit, note.textContent].filter(Boolean).join(" ");
      })
      .join(", ");
  }
}

function item(button) {
  const li = document.createElement("li");
  li.append(button);
  return li;
}

function entryOf(line, callbacks) {
  const [label, unit] = [t(line.signal.label), t(line.signal.unit)];
  const button = make("button", "trend-key");
  button.type = "button";
  button.title = t("{label}: click hides or shows it, double-click shows it alone", { label });
  button.dataset.signal = line.signal.name;
  const note = make("span", "trend-key__note");
  const value = make("span", "trend-key__value", NO_VALUE);
  button.append(swatch(line), make("span", "trend-key__label", label), note, value);
  button.append(make("span", "trend-key__unit", unit));
  listen(button, line, callbacks);
  return { line, button, value, note, severity: "" };
}

function listen(button, line, { onToggle, onOnly, onHighlight }) {
  button.addEventListener("click", (event) => (event.altKey ? onOnly(line) : onToggle(line)));
  button.addEventListener("dblclick", (event) => {
    if (!event.altKey) onOnly(line);
  });
  for (const name of ["pointerenter", "focus"]) {
    button.addEventListener(name, () => onHighlight(line.slot));
  }
  for (const name of ["pointerleave", "blur"]) button.addEventListener(name, () => onHighlight(-1));
}

function show(entry, value, quality, limits) {
  const { signal } = entry.line;
  const good = usable(value, quality);
  setText(entry.value, good ? textOf(value, signal) : NO_VALUE);
  const past = good ? deviation(value, limits) : null;
  setText(entry.note, past ? `${SIGNS[past.name]} ${past.name}` : noteOf(good, quality));
  const severity = past ? SEVERITY[past.severity] : CALM.has(quality) ? "" : "bad";
  if (severity === entry.severity) return;
  entry.severity = severity;
  entry.note.className = severity ? `trend-key__note trend-key__note--${severity}` : "trend-key__note";
}

/** A number may be missing although its quality is good. */
function noteOf(good, quality) {
  return QUALITY_WORDS[quality] || (good ? "" : t("no value"));
}

function textOf(value, signal) {
  const states = signal.states ?? {};
  return Object.keys(states).length ? formatState(value, states) : formatNumber(value, signal.decimals);
}
