// A button that opens a list to tick: searchable, grouped, closed by Escape or a click elsewhere.
import { setText } from "./text.mjs";
import { make } from "./trend_legend.mjs";
import { t } from "./words.mjs";

/**
 * @typedef {{key: string, label: string, group: string, note?: string}} Item
 */

export class ScopePicker {
  /**
   * @param {HTMLElement} host
   * @param {string} name of what is picked, e.g. "Signals"
   * @param {string} find what the field for searching says
   * @param {Item[]} items
   * @param {{onToggle: (key: string) => void, actions?: [string, () => void][]}} options
   */
  constructor(host, name, find, items, { onToggle, actions = [] }) {
    this._onToggle = onToggle;
    this._box = make("div", "scope-picker");
    this._button = make("button", "button trend-button", name);
    this._button.type = "button";
    this._button.setAttribute("aria-expanded", "false");
    this._panel = this._makePanel(name, find, actions);
    this._entries = items.map((item) => this._entry(item));
    this._fill();
    this._box.append(this._button, this._panel);
    host.append(this._box);
    this._listen();
  }

  destroy() {
    document.removeEventListener("pointerdown", this._elsewhere);
  }

  /** @param {string} summary on the button @param {(key: string) => boolean} isChosen */
  update(summary, isChosen) {
    setText(this._button, `${summary} ▾`);
    for (const { item, box } of this._entries) box.checked = isChosen(item.key);
  }

  _makePanel(name, find, actions) {
    const panel = make("div", "scope-panel");
    panel.hidden = true;
    panel.setAttribute("role", "group");
    panel.setAttribute("aria-label", name);
    this._search = make("input", "scope-search");
    this._search.type = "search";
    this._search.placeholder = find;
    this._search.setAttribute("aria-label", this._search.placeholder);
    this._none = make("p", "scope-panel__none", t("Nothing has that name."));
    this._none.hidden = true;
    this._list = make("div", "scope-panel__list");
    const row = make("div", "scope-panel__actions");
    row.append(...actions.map(([text, run]) => action(text, run)));
    panel.append(this._search, row, this._list, this._none);
    return panel;
  }

  _entry(item) {
    const label = make("label", "scope-option");
    const box = make("input", "");
    box.type = "checkbox";
    box.value = item.key;
    // The choice is the model's: a wish that it refuses leaves the box as it was.
    box.addEventListener("click", (event) => {
      event.preventDefault();
      setTimeout(() => this._onToggle(item.key));
    });
    label.append(box, make("span", "", item.label), make("span", "scope-option__note", item.note ?? ""));
    return { item, label, box };
  }

  _fill() {
    for (const [name, entries] of groupedBy(this._entries, ({ item }) => item.group)) {
      const set = make("fieldset", "scope-options");
      if (name) set.append(make("legend", "", name));
      set.append(...entries.map(({ label }) => label));
      this._list.append(set);
    }
  }

  _listen() {
    this._button.addEventListener("click", () => this._open(this._panel.hidden));
    this._search.addEventListener("input", () => this._filter(this._search.value));
    this._box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this._panel.hidden) return;
      this._open(false);
      this._button.focus();
    });
    this._elsewhere = (event) => {
      if (!this._box.contains(event.target)) this._open(false);
    };
    document.addEventListener("pointerdown", this._elsewhere);
  }

  _open(open) {
    this._panel.hidden = !open;
    this._button.setAttribute("aria-expanded", String(open));
    if (open) this._search.focus();
  }

  _filter(text) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    for (const { item, label } of this._entries) {
      const whole = `${item.group} ${item.label} ${item.key}`.toLowerCase();
      label.hidden = !words.every((word) => whole.includes(word));
    }
    for (const set of this._list.children) {
      set.hidden = ![...set.querySelectorAll("label")].some((label) => !label.hidden);
    }
    this._none.hidden = this._entries.some(({ label }) => !label.hidden);
  }
}

function action(text, run) {
  const button = make("button", "button trend-button", text);
  button.type = "button";
  button.addEventListener("click", run);
  return button;
}

function groupedBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
