// Which signals of which extruders: a list to search, since a plant has thousands of them.
import { make } from "./trend_legend.mjs";
import { setText } from "./text.mjs";
import { MOST_SIGNALS } from "./trends_selection.mjs";
import { t } from "./words.mjs";

/** More rows than this nobody reads: they search. */
const MOST_ROWS = 80;

/**
 * @typedef {{key: string, extruder: number, extruderName: string, label: string, unit: string,
 *   group: string, rank: number}} Choice
 */

/** @param {{extruders: any[], sets: any[]}} choices of components/trends_page.py @returns {Choice[]} */
export function choicesOf({ extruders, sets }) {
  return extruders.flatMap(([id, extruderName, set]) =>
    sets[set].map(([name, label, unit, group, rank]) => ({
      key: `${id}:${name}`, extruder: id, extruderName, label, unit, group, rank,
      found: `${extruderName} ${label} ${group} ${name} ${unit}`.toLowerCase(),
    })),
  );
}

export class TrendsPicker {
  /** @param {HTMLElement} host @param {Choice[]} choices @param {(key: string) => void} onToggle */
  constructor(host, choices, onToggle) {
    this._choices = choices;
    this._onToggle = onToggle;
    this._chosen = [];
    this._box = make("div", "scope-picker");
    this._button = make("button", "button trend-button", `${t("Signals")} ▾`);
    this._button.type = "button";
    this._button.setAttribute("aria-expanded", "false");
    this._makePanel();
    this._box.append(this._button, this._panel);
    host.append(this._box);
    this._listen();
  }

  destroy() {
    document.removeEventListener("pointerdown", this._elsewhere);
  }

  /** @param {string[]} chosen keys */
  update(chosen) {
    this._chosen = chosen;
    setText(this._button, `${chosen.length ? t("Signals: {n}", { n: chosen.length }) : t("Signals: none")} ▾`);
    if (!this._panel.hidden) this._fill();
  }

  open(open = true) {
    this._panel.hidden = !open;
    this._button.setAttribute("aria-expanded", String(open));
    if (!open) return;
    this._fill();
    this._search.focus();
  }

  _makePanel() {
    this._panel = make("div", "scope-panel trends-panel");
    this._panel.hidden = true;
    this._panel.setAttribute("role", "group");
    this._panel.setAttribute("aria-label", t("Signals"));
    this._search = make("input", "scope-search");
    this._search.type = "search";
    this._search.placeholder = t("Find, e.g. 3 melt pressure");
    this._search.setAttribute("aria-label", t("Find signals"));
    this._list = make("div", "scope-panel__list");
    this._note = make("p", "scope-panel__none");
    this._panel.append(this._search, this._list, this._note);
  }

  _listen() {
    this._button.addEventListener("click", () => this.open(this._panel.hidden));
    this._search.addEventListener("input", () => this._fill());
    this._list.addEventListener("change", (event) => this._onToggle(event.target.value));
    this._box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this._panel.hidden) return;
      this.open(false);
      this._button.focus();
    });
    this._elsewhere = (event) => {
      if (!this._box.contains(event.target)) this.open(false);
    };
    document.addEventListener("pointerdown", this._elsewhere);
  }

  /** Chosen ones first, then what is searched for, under the names of their extruders. */
  _fill() {
    const words = this._search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const matching = this._choices.filter((choice) => words.every((word) => choice.found.includes(word)));
    const chosen = this._choices.filter(({ key }) => this._chosen.includes(key));
    const rest = matching.filter(({ key }) => !this._chosen.includes(key));
    const focused = document.activeElement?.value;
    this._list.replaceChildren();
    if (chosen.length) this._list.append(this._group(t("Chosen"), chosen, true));
    for (const [name, list] of groups(rest.slice(0, MOST_ROWS))) this._list.append(this._group(name, list));
    const again = [...this._list.querySelectorAll("input")].find(({ value }) => value === focused);
    again?.focus({ preventScroll: true });
    setText(this._note, this._told(rest.length));
  }

  _told(count) {
    if (this._chosen.length >= MOST_SIGNALS) {
      return t("{n} signals are chosen, which is all that one picture holds.", { n: MOST_SIGNALS });
    }
    if (!count) return t("Nothing else has that name.");
    return count > MOST_ROWS ? t("{n} more: type to find them.", { n: count - MOST_ROWS }) : "";
  }

  _group(name, choices, whole = false) {
    const set = make("fieldset", "scope-options");
    set.append(make("legend", "", name), ...choices.map((choice) => this._option(choice, whole)));
    return set;
  }

  _option(choice, whole) {
    const label = make("label", "scope-option");
    const box = make("input", "");
    box.type = "checkbox";
    box.value = choice.key;
    box.checked = this._chosen.includes(choice.key);
    box.disabled = !box.checked && this._chosen.length >= MOST_SIGNALS;
    const name = whole ? `${choice.extruderName}: ${choice.label}` : choice.label;
    label.append(box, make("span", "", name), make("span", "scope-option__note", choice.unit));
    return label;
  }
}

function groups(choices) {
  const found = new Map();
  for (const choice of choices) {
    found.set(choice.extruderName, [...(found.get(choice.extruderName) ?? []), choice]);
  }
  return found;
}
