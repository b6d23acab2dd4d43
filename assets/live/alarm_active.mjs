// The tab Active: malfunctions, then the alarms that need somebody, then those that are hidden.
import { AlarmActions } from "./alarm_actions.mjs";
import { fold, make } from "./alarm_dom.mjs";
import { AlarmFilters, passes } from "./alarm_filters.mjs";
import { AlarmSelection } from "./alarm_selection.mjs";
import { AlarmTable } from "./alarm_table.mjs";
import { HIDDEN, isHidden, ORDERS, orderOf, STATE_WORDS } from "./alarm_words.mjs";
import { byNeed, isResolved, MalfunctionList } from "./malfunction_list.mjs";
import { setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

const TICK_MS = 1000;

export class ActiveTab {
  constructor(host, context, view, extruders) {
    Object.assign(this, { _context: context, _view: view });
    this._selection = new AlarmSelection();
    this._host = host;
    this._buildMalfunctions();
    this._buildAlarms(extruders);
    this._update = () => this.update();
    context.alarms.addEventListener("change", this._update);
    context.commands.addEventListener("change", this._update);
    this._selection.addEventListener("change", () => this._selected());
    this._onKey = (event) => this._key(event);
    document.addEventListener("keydown", this._onKey);
    this._timer = setInterval(() => this._tick(), TICK_MS);
    this.update();
  }

  destroy() {
    this._context.alarms.removeEventListener("change", this._update);
    this._context.commands.removeEventListener("change", this._update);
    document.removeEventListener("keydown", this._onKey);
    clearInterval(this._timer);
  }

  update() {
    const { alarms, malfunctions, known, trouble } = this._context.alarms;
    setClass(this._host, "alarms--stale", known && Boolean(trouble));
    this._table.stay(() => this._updateMalfunctions(malfunctions, trouble));
    // Nobody should act on what the filters hide from them.
    this._selection.keep(new Set(alarms.filter((alarm) => this._passes(alarm)).map(({ id }) => id)));
    const told = alarms.filter((alarm) => !isHidden(alarm));
    const shown = told.filter((alarm) => this._passes(alarm)).sort(this._compare);
    this._filters.update(shown.length, told.length, trouble);
    this._table.update(shown);
    const counts = { told: told.length, shown: shown.length, hidden: alarms.length - told.length };
    setText(this._empty, this._emptyText(known, trouble, counts));
    for (const name of HIDDEN) this._updateFold(name, alarms, trouble);
    this._actions.update(this._selection.size);
  }

  /** The filter by state is for what is told: a fold is a state of its own. */
  _passes(alarm) {
    return passes(alarm, isHidden(alarm) ? this._view.without("state") : this._view);
  }

  get _compare() {
    return orderOf(this._view.sort);
  }

  _emptyText(known, trouble, { told, shown, hidden }) {
    if (!known) return trouble;
    if (shown) return "";
    if (told) return t("No alarm passes the filters.");
    if (hidden && !trouble) return t("No other alarms than the {n} hidden below.", { n: hidden });
    return trouble ? `${trouble}.` : t("No alarms. Every extruder is within its limits.");
  }

  _buildMalfunctions() {
    const section = make("section", "malfunctions");
    section.setAttribute("aria-label", t("Malfunctions"));
    this._title = make("h2", "alarms__title", t("Malfunctions"));
    const cards = make("div", "malfunctions__cards");
    this._running = new MalfunctionList(cards, this._context);
    this._past = fold("");
    this._past.body.classList.add("malfunctions__cards");
    this._resolved = new MalfunctionList(this._past.body, this._context);
    section.append(this._title, cards, this._past.element);
    this._host.append(section);
  }

  _updateMalfunctions(malfunctions, trouble) {
    const open = malfunctions.filter((one) => !isResolved(one)).sort(byNeed);
    const resolved = malfunctions.filter(isResolved).sort((a, b) => b.resolved_at - a.resolved_at);
    setText(this._title, titleOf(open.length, trouble));
    this._running.update(open);
    this._past.element.hidden = !resolved.length;
    setText(this._past.head, t("Resolved in the last 24 hours: {n}", { n: resolved.length }));
    this._resolved.update(resolved);
  }

  _buildAlarms(extruders) {
    const words = Object.entries(STATE_WORDS).filter(([name]) => name !== "NORMAL" && !HIDDEN.includes(name));
    const states = { name: "state", label: t("State"), words: Object.fromEntries(words) };
    const orders = Object.entries(ORDERS).map(([name, [text]]) => [name, text]);
    this._filters = new AlarmFilters(this._view, extruders, states, orders);
    this._actions = new AlarmActions(this._context.commands, () => this._chosen(), () => this._selection.clear());
    this._table = this._makeTable(t("Active alarms"));
    this._empty = make("p", "alarm-empty");
    const section = make("section", "alarms__active");
    section.setAttribute("aria-label", t("Alarms"));
    const title = make("h2", "alarms__title", t("Alarms"));
    section.append(title, this._filters.element, this._actions.element, this._table.element, this._empty);
    this._folds = Object.fromEntries(HIDDEN.map((name) => [name, this._makeFold(name)]));
    section.append(...HIDDEN.map((name) => this._folds[name].element));
    this._host.append(section);
  }

  _makeTable(label) {
    const compare = (a, b) => this._compare(a, b);
    return new AlarmTable(label, this._context, this._selection, compare);
  }

  _makeFold(name) {
    const made = fold("");
    made.table = this._makeTable(t(STATE_WORDS[name]));
    made.body.append(made.table.element);
    made.element.addEventListener("toggle", () => this.update());
    return made;
  }

  /** A closed fold costs its count only. */
  _updateFold(name, alarms, trouble) {
    const { element, head, table } = this._folds[name];
    const all = alarms.filter(({ state }) => state === name);
    const shown = all.filter((alarm) => this._passes(alarm));
    const count = shown.length === all.length
      ? all.length
      : t("{n} of {all}", { n: shown.length, all: all.length });
    setText(head, `${t(STATE_WORDS[name])}: ${all.length || !trouble ? count : t("not known")}`);
    if (element.open) table.update(shown.sort(this._compare));
  }

  /** What is selected, else the alarm under the keyboard. */
  _chosen() {
    const focused = this._selection.size ? null : this._table.focusedId;
    const wanted = focused ? new Set([focused]) : this._selection.ids;
    return this._context.alarms.alarms.filter(({ id }) => wanted.has(id));
  }

  _selected() {
    this._table.drawSelection();
    for (const name of HIDDEN) this._folds[name].table.drawSelection();
    this._actions.update(this._selection.size);
  }

  _tick() {
    if (document.hidden) return;
    this._table.tick();
    for (const name of HIDDEN) if (this._folds[name].element.open) this._folds[name].table.tick();
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
    const does = this._keys(event)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!does || does() === false) return;
    event.preventDefault();
  }

  _keys(event) {
    const table = this._tableAt(event.target);
    return {
      ArrowDown: () => this._table.shown.length > 0 && table.move(1),
      ArrowUp: () => this._table.shown.length > 0 && table.move(-1),
      " ": () => this._toggle(table, event.shiftKey),
      a: () => void this._actions.act("acknowledge"),
      s: () => void this._actions.act("shelve"),
      Escape: () => this._selection.clear(),
      "/": () => this._filters.focus(),
    };
  }

  _tableAt(target) {
    const inFold = HIDDEN.map((name) => this._folds[name].table).find(({ element }) => element.contains(target));
    return inFold ?? this._table;
  }

  _toggle(table, range) {
    const id = table.focusedId;
    if (!id) return false;
    return this._selection.toggle(id, range, table.shown);
  }
}

function titleOf(open, trouble) {
  if (open) return t("Malfunctions: {n}", { n: open });
  return trouble ? t("Malfunctions: not known") : t("Malfunctions: none");
}
