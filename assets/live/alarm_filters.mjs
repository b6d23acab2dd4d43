// The filters over a list of alarms or of events.
import { button, field, input, make, select } from "./alarm_dom.mjs";
import { PRIORITIES, whatOf } from "./alarm_words.mjs";
import { setText } from "./text.mjs";

export class AlarmFilters {
  /**
   * @param {import("./alarm_url.mjs").AlarmView} view
   * @param {[number, string][]} extruders
   * @param {{name: "state" | "kind", label: string, words: Record<string, string>}} last
   * @param {[string, string][] | null} orders to choose from, name and words
   */
  constructor(view, extruders, last, orders = null) {
    this._view = view;
    this.element = make("div", "alarm-filters");
    const urgencies = Object.entries(PRIORITIES).map(([key, { sign, word }]) => [key, `${sign} ${word}`]);
    this._search = input({ type: "search", value: view.filters.q }, (value) => view.filter("q", value));
    this._search.addEventListener("keydown", ({ key }) => key === "Escape" && this._search.blur());
    this._clear = button("Clear", () => this._clearAll());
    this._count = make("span", "alarm-filters__count");
    this.element.append(
      this._select("Extruder", "extruder", extruders.map(([id, name]) => [String(id), name])),
      this._select("Priority", "priority", urgencies),
      this._select(last.label, last.name, Object.entries(last.words)),
      field("Text", this._search),
      ...(orders ? [this._order(orders)] : []),
      this._clear,
      this._count,
    );
  }

  /**
   * @param {number} shown @param {number} all @param {string} noun
   * @param {string} trouble why none may not mean none
   */
  update(shown, all, noun, trouble = "") {
    const text = shown === all ? `${all} ${noun}` : `${shown} of ${all} ${noun}`;
    setText(this._count, all || !trouble ? text : "");
    this._clear.disabled = !this._view.filtered && !this._view.sort;
  }

  /** Put the keyboard into the text filter. */
  focus() {
    this._search.focus();
  }

  _select(label, name, choices) {
    const { filters } = this._view;
    const all = [["", "All"], ...choices];
    const element = select(all, filters[name], (value) => this._view.filter(name, value));
    element.setAttribute("aria-label", label);
    return field(label, element);
  }

  _order(orders) {
    const element = select(orders, this._view.sort, (name) => this._view.sortBy(name));
    return field("Order", element);
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
