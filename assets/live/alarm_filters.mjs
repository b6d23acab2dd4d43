// The filters over a list of alarms or of events.
import { button, field, input, make, select } from "./alarm_dom.mjs";
import { PRIORITIES, whatOf } from "./alarm_words.mjs";
import { setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

/** How many there are, and how many of them pass; by the name of the last filter. */
const COUNTS = {
  state: {
    all: (n) => plural("{n} alarm", "{n} alarms", n),
    some: (shown, n) => plural("{shown} of {n} alarm", "{shown} of {n} alarms", n, { shown }),
  },
  kind: {
    all: (n) => plural("{n} event", "{n} events", n),
    some: (shown, n) => plural("{shown} of {n} event", "{shown} of {n} events", n, { shown }),
  },
};

export class AlarmFilters {
  /**
   * @param {import("./alarm_url.mjs").AlarmView} view
   * @param {[number, string][]} extruders
   * @param {{name: "state" | "kind", label: string, words: Record<string, string>}} last words in English
   * @param {[string, string][] | null} orders to choose from, name and words
   */
  constructor(view, extruders, last, orders = null) {
    Object.assign(this, { _view: view, _counts: COUNTS[last.name] });
    this.element = make("div", "alarm-filters");
    const urgencies = Object.entries(PRIORITIES).map(([key, { sign, word }]) => [key, `${sign} ${t(word)}`]);
    this._search = input({ type: "search", value: view.filters.q }, (value) => view.filter("q", value));
    this._search.addEventListener("keydown", ({ key }) => key === "Escape" && this._search.blur());
    this._clear = button(t("Clear"), () => this._clearAll());
    this._count = make("span", "alarm-filters__count");
    this.element.append(
      this._select(t("Extruder"), "extruder", extruders.map(([id, name]) => [String(id), name])),
      this._select(t("Priority"), "priority", urgencies),
      this._select(last.label, last.name, Object.entries(last.words).map(([name, word]) => [name, t(word)])),
      field(t("Text"), this._search),
      ...(orders ? [this._order(orders)] : []),
      this._clear,
      this._count,
    );
  }

  /**
   * @param {number} shown @param {number} all
   * @param {string} trouble why none may not mean none
   */
  update(shown, all, trouble = "") {
    const text = shown === all ? this._counts.all(all) : this._counts.some(shown, all);
    setText(this._count, all || !trouble ? text : "");
    this._clear.disabled = !this._view.filtered && !this._view.sort;
  }

  /** Put the keyboard into the text filter. */
  focus() {
    this._search.focus();
  }

  _select(label, name, choices) {
    const { filters } = this._view;
    const all = [["", t("All")], ...choices];
    const element = select(all, filters[name], (value) => this._view.filter(name, value));
    element.setAttribute("aria-label", label);
    return field(label, element);
  }

  _order(orders) {
    const element = select(orders, this._view.sort, (name) => this._view.sortBy(name));
    return field(t("Order"), element);
  }

  _clearAll() {
    for (const one of this.element.querySelectorAll("select, input")) one.value = "";
    this._view.sort = "";
    this._view.clear();
  }
}

/** True if an alarm or an event (which has a `kind`) passes all filters. */
export function passes(item, view) {
  const { extruder, priority, state, kind } = view.filters;
  if (extruder && String(item.extruder) !== extruder) return false;
  if (priority && String(item.priority) !== priority) return false;
  if (item.kind ? kind && item.kind !== kind : state && item.state !== state) return false;
  const { words } = view;
  if (!words.length) return true;
  const text = `${item.extruder_name} ${whatOf(item)} ${item.who} ${item.comment}`.toLowerCase();
  return words.every((word) => text.includes(word));
}
