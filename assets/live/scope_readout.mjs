// The table beside the Scope: every line with its value, unit, quality and age; a legend when live.
import { formatAge, formatNumber, formatTime, NO_VALUE, zoneName } from "./format.mjs";
import { QUALITY_WORDS } from "./limits.mjs";
import { byValue, readingOf, worthARow } from "./scope_reading.mjs";
import { setClass, setText } from "./text.mjs";
import { button } from "./trend_toolbar.mjs";
import { make } from "./trend_legend.mjs";
import { t } from "./words.mjs";

const ROWS = 24;
const FEWEST_ROWS = 5;
/** A reading this much older than the plant's newest is told, steps. */
const LATE_STEPS = 4;
const STRETCH = 0.7;
const SHIFT = 0.1;

export class ScopeReadout {
  /**
   * @param {HTMLElement} host
   * @param {string} timeZone
   * @param {{onLight: (line: object | null) => void, onPin: (line: object) => void,
   *   onAxis: () => void}} callbacks
   */
  constructor(host, timeZone, callbacks) {
    this._timeZone = timeZone;
    this._callbacks = callbacks;
    this._panel = make("aside", "scope-readout");
    this._panel.setAttribute("aria-label", t("Values"));
    this._head = make("p", "scope-readout__head");
    this._body = make("div", "scope-readout__body");
    this._panel.append(this._head, this._body);
    host.append(this._panel);
    this._sections = [];
  }

  /** @param {import("./scope_group.mjs").ScopeGroup[]} groups @param {boolean} numbered */
  setGroups(groups, numbered) {
    const known = new Map(this._sections.map((section) => [section.group, section]));
    this._sections = groups.map((group) => known.get(group) ?? this._section(group));
    for (const section of this._sections) {
      this._makeRows(section);
      const { label, unit } = section.group.signal;
      setText(section.title, `${numbered ? `${section.group.number} ` : ""}${label}`);
      setText(section.unit, unit);
    }
    this._body.replaceChildren(...this._sections.map(({ element }) => element));
  }

  /**
   * @param {{crosshair: number | null, y: number | null, head: string, lit: object | null,
   *   pinned: Set<object>}} now `head`: how old the newest readings are, in words
   */
  update({ crosshair, y, head, lit, pinned }) {
    setText(this._head, crosshair === null ? head : t("At {time}", { time: this._time(crosshair) }));
    const most = Math.max(FEWEST_ROWS, Math.floor(ROWS / Math.max(1, this._sections.length)));
    for (const section of this._sections) this._updateSection(section, crosshair, y, most, pinned);
    for (const { rows } of this._sections) {
      for (const [line, row] of rows) {
        setClass(row.element, "scope-row--lit", line === lit);
        const pressed = String(pinned.has(line));
        if (row.key.getAttribute("aria-pressed") !== pressed) row.key.setAttribute("aria-pressed", pressed);
      }
    }
  }

  /** Highest and lowest of each signal, for a screen reader. */
  spoken() {
    return this._sections.map(({ title, unit, list }) => {
      const of = (row) => row && `${row.querySelector(".scope-key").dataset.spoken} ${unit.textContent}`;
      const ends = [list.firstElementChild, list.lastElementChild].map(of);
      const [high, low] = new Set(ends.filter(Boolean));
      const range = low ? t("{high} to {low}", { high, low }) : high ?? "";
      return `${title.textContent}: ${range}`;
    }).join("; ");
  }

  _time(ts) {
    return `${formatTime(ts, this._timeZone)} ${zoneName(ts, this._timeZone)}`;
  }

  _section(group) {
    const element = make("section", "scope-group");
    element.dataset.signal = group.signal.name;
    const heading = make("h2", "scope-group__name");
    const title = make("span", "");
    const unit = make("span", "unit");
    heading.append(title, " ", unit);
    const head = make("div", "scope-group__head");
    head.append(heading, this._axisButtons(group));
    const list = make("ul", "scope-rows");
    const rest = make("p", "scope-group__rest");
    element.append(head, list, rest);
    return { group, element, title, unit, list, rest, rows: new Map() };
  }

  _axisButtons(group) {
    const { label } = group.signal;
    const box = make("div", "scope-group__axis");
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", t("Axis of {label}", { label }));
    const add = (text, name, run) => box.append(button(text, () => {
      run();
      this._callbacks.onAxis();
    }, name));
    add("+", t("Stretch {label}", { label }), () => group.zoomAbout(0.5, STRETCH));
    add("−", t("Compress {label}", { label }), () => group.zoomAbout(0.5, 1 / STRETCH));
    add("↑", t("Move up {label}", { label }), () => group.moveBy(SHIFT));
    add("↓", t("Move down {label}", { label }), () => group.moveBy(-SHIFT));
    add(t("Fit"), t("Fit {label}", { label }), () => group.fitAgain());
    return box;
  }

  _makeRows(section) {
    const before = section.rows;
    section.rows = new Map(section.group.lines.map((line) => (
      [line, before.get(line) ?? makeRow(line, this._callbacks)]
    )));
    for (const [line, { swatch }] of section.rows) swatch.style.background = line.css;
  }

  _updateSection(section, crosshair, y, most, pinned) {
    const readings = section.group.lines.map((line) => readingOf(line, crosshair));
    const good = byValue(readings).filter((reading) => reading.good);
    const [highest, lowest] = good.length > 1 ? [good[0], good.at(-1)] : [];
    for (const reading of readings) {
      const mark = reading === highest ? "max" : reading === lowest ? "min" : "";
      showReading(section.rows.get(reading.line), reading, mark);
    }
    const inside = y !== null && y >= section.group.top && y <= section.group.bottom;
    const shown = crosshair === null
      ? readings : worthARow(readings, most, inside ? y : null, (line) => pinned.has(line));
    arrange(section.list, shown.map(({ line }) => section.rows.get(line).element));
    const rest = readings.length - shown.length;
    const told = () => (inside ? t("{n} more lie further away", { n: rest }) : t("{n} more lie between", { n: rest }));
    setText(section.rest, rest > 0 ? told() : "");
  }
}

/** @returns {string} how old the newest readings are */
export function headText(headTs, now, firstWord = t("Now")) {
  if (headTs <= 0) return t("No readings yet");
  return t("{moment} · readings {age} old", { moment: firstWord, age: formatAge(now - headTs) });
}

/** Move only when the order changed, and keep the keyboard where it was. */
function arrange(list, elements) {
  const same = elements.length === list.children.length;
  if (same && elements.every((element, index) => list.children[index] === element)) return;
  const focused = document.activeElement;
  list.replaceChildren(...elements);
  if (list.contains(focused) && focused !== document.activeElement) focused.focus({ preventScroll: true });
}

function makeRow(line, { onLight, onPin }) {
  const element = make("li", "scope-row");
  const key = make("button", "scope-key");
  key.type = "button";
  key.dataset.extruder = line.extruder.id;
  key.title = t("{extruder}: click keeps it in front", { extruder: line.extruder.name });
  const swatch = make("span", "scope-swatch");
  const [note, value] = [make("span", "scope-key__note"), make("span", "scope-key__value", NO_VALUE)];
  key.append(swatch, make("span", "scope-key__name", line.extruder.name), note, value);
  key.append(make("span", "unit", line.group.unit));
  key.addEventListener("click", () => onPin(line));
  for (const name of ["pointerenter", "focus"]) key.addEventListener(name, () => onLight(line));
  for (const name of ["pointerleave", "blur"]) key.addEventListener(name, () => onLight(null));
  element.append(key, linkTo(line.extruder));
  return { element, key, swatch, note, value, line };
}

function linkTo({ id, name }) {
  const link = make("a", "scope-link", "›");
  link.href = `/extruder/${id}`;
  link.title = t("Open {name}", { name });
  link.setAttribute("aria-label", link.title);
  return link;
}

function showReading(row, { line, value, quality, age, good }, mark) {
  const text = good ? formatNumber(value, line.group.decimals) : NO_VALUE;
  setText(row.value, text);
  const late = age >= LATE_STEPS ? t("{age} old", { age: formatAge(age * line.group.kept.buffer.stepMs) }) : "";
  const bad = QUALITY_WORDS[quality] || (good ? "" : t("no value"));
  setText(row.note, bad || late || mark);
  setClass(row.note, "scope-key__note--bad", Boolean(bad || late));
  setClass(row.element, "scope-row--end", Boolean(mark));
  row.key.dataset.spoken = `${line.extruder.name} ${text}`;
}
