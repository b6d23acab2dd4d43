// A table of alarms: updated in place, holding still under the pointer, chosen by mouse and keys.
import { button, make, table } from "./alarm_dom.mjs";
import { AlarmRow, COLUMNS } from "./alarm_row.mjs";
import { setText } from "./text.mjs";
import { t } from "./words.mjs";

/** Rows drawn at once; more on demand, so that a flood of a thousand stays smooth. */
const STEP = 200;

export class AlarmTable {
  /**
   * @param {string} label
   * @param {{clock: object, settings: object, commands: object}} context
   * @param {import("./alarm_selection.mjs").AlarmSelection} selection
   * @param {(a: object, b: object) => number} compare their order
   */
  constructor(label, context, selection, compare) {
    Object.assign(this, { _context: context, _selection: selection, _compare: compare });
    /** @type {Map<string, AlarmRow>} */
    this._rows = new Map();
    this._alarms = new Map();
    this._order = [];
    this._cap = STEP;
    this.element = make("div", "alarm-list");
    this._table = table(COLUMNS, label);
    const first = this._table.head.querySelector("th");
    first.dataset.mwNarrow = t("All shown");
    first.append(this._makeAll());
    this._more = button("", () => this._showMore());
    this._more.hidden = true;
    this.element.append(this._makeNote(), this._table.frame, this._more);
    this._listen();
  }

  /** Ids of the rows that are drawn, from the top. */
  get shown() {
    return this._order.slice(0, this._cap);
  }

  /** @param {object[]} alarms in their order */
  update(alarms) {
    const now = this._context.clock.now();
    const fresh = new Map(alarms.map((alarm) => [alarm.id, alarm]));
    const held = this._held();
    this._gone = new Set(held ? this._order.filter((id) => !fresh.has(id)) : []);
    this._order = held ? [...new Set([...this._order, ...fresh.keys()])] : [...fresh.keys()];
    for (const id of this._gone) fresh.set(id, this._alarms.get(id));
    this._alarms = fresh;
    this._say(held, alarms);
    this._draw(now);
  }

  tick() {
    const now = this._context.clock.now();
    for (const id of this.shown) this._rows.get(id)?.tick(now);
  }

  drawSelection() {
    for (const [id, row] of this._rows) row.select(this._selection.has(id));
    const shown = this.shown;
    const chosen = shown.filter((id) => this._selection.has(id)).length;
    this._all.checked = chosen > 0 && chosen === shown.length;
    this._all.indeterminate = chosen > 0 && chosen < shown.length;
  }

  /** The row under the keyboard. @returns {string | null} its alarm's id */
  get focusedId() {
    return document.activeElement?.closest?.("tr[data-mw-alarm]")?.dataset.mwAlarm ?? null;
  }

  /** Move the keyboard to a row. @param {number} by rows down */
  move(by) {
    const shown = this.shown;
    if (!shown.length) return;
    const at = shown.indexOf(this.focusedId);
    const next = at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + by));
    this._focus(this._rows.get(shown[next]).element);
  }

  /** Do what may push the table about; while it is held, its rows stay where they are on screen. */
  stay(change) {
    const held = this._held();
    const { element } = this;
    const { top } = element.getBoundingClientRect();
    change();
    const moved = element.getBoundingClientRect().top - top;
    // Room to scroll into, where the page is shorter than the screen.
    if (!held) element.style.minHeight = "";
    else if (moved > 0) element.style.minHeight = `${element.offsetHeight + innerHeight}px`;
    if (held && moved) scrollBy(0, moved);
  }

  /** Rows must not move away under the pointer that is about to press one. */
  _held() {
    const body = this._table.body;
    const pointed = body.matches(":hover") && matchMedia("(hover: hover)").matches;
    return !this._released && (pointed || body.contains(document.activeElement));
  }

  _draw(now) {
    const { saving } = this._context.commands;
    const shown = this.shown;
    const wanted = new Set(shown);
    for (const [id, row] of this._rows) if (!wanted.has(id)) this._remove(id, row);
    const { body } = this._table;
    shown.forEach((id, index) => {
      const row = this._rowOf(id);
      row.update(this._alarms.get(id), { saving: saving.has(id), gone: this._gone.has(id) }, now);
      if (body.children[index] !== row.element) body.insertBefore(row.element, body.children[index] ?? null);
    });
    this._afterDraw();
  }

  _afterDraw() {
    const rest = this._order.length - this._cap;
    this._more.hidden = rest <= 0;
    setText(this._more, t("Show {n} more of {all}", { n: Math.min(rest, STEP), all: rest }));
    const { body } = this._table;
    if (!body.querySelector('[tabindex="0"]') && body.firstChild) body.firstChild.tabIndex = 0;
    this.drawSelection();
  }

  _rowOf(id) {
    let row = this._rows.get(id);
    if (!row) {
      row = new AlarmRow(id, this._context.settings.timeZone);
      this._rows.set(id, row);
    }
    return row;
  }

  _remove(id, row) {
    row.element.remove();
    this._rows.delete(id);
  }

  _showMore() {
    this._cap += STEP;
    this._draw(this._context.clock.now());
  }

  _makeAll() {
    this._all = make("input", "alarm-box");
    this._all.type = "checkbox";
    this._all.setAttribute("aria-label", t("Select all shown"));
    this._all.addEventListener("change", () => this._selection.putAll(this.shown, this._all.checked));
    return this._all;
  }

  /** A line of its own, kept free, so that the table does not jump when rows are held. */
  _makeNote() {
    const note = make("div", "alarm-note");
    this._note = make("span", "");
    this._sort = button(t("Sort now"), () => this._release(), "button alarm-note__sort");
    this._sort.classList.add("alarm-bar__none");
    note.append(this._note, this._sort);
    return note;
  }

  _release() {
    this._released = true;
    document.activeElement?.blur();
    this.update([...this._alarms.values()].filter((alarm) => !this._gone.has(alarm.id)).sort(this._compare));
  }

  _say(held, alarms) {
    const moved = held && alarms.some((alarm, index) => this._order[index] !== alarm.id);
    setText(this._note, moved ? t("The order is held while you are in the list.") : "");
    this._sort.classList.toggle("alarm-bar__none", !moved);
  }

  _listen() {
    const { body } = this._table;
    body.addEventListener("click", (event) => this._click(event));
    body.addEventListener("pointermove", () => (this._released = false));
    body.addEventListener("focusin", ({ target }) => this._focus(target.closest("tr"), false));
    // Shift-click chooses a range; without this it would also mark text.
    body.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault());
  }

  _click(event) {
    const row = event.target.closest("tr");
    if (!row || event.target.closest("a")) return;
    this._focus(row);
    this._selection.toggle(row.dataset.mwAlarm, event.shiftKey, this.shown);
  }

  _focus(row, move = true) {
    if (!row) return;
    this._released = false;
    for (const one of this._table.body.querySelectorAll('[tabindex="0"]')) one.tabIndex = -1;
    row.tabIndex = 0;
    if (move && document.activeElement !== row) row.focus();
  }
}
