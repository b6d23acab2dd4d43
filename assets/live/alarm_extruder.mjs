// What is wrong with one extruder, on its own page: malfunctions, its alarms, what will come.
import { button, make, priorityMark } from "./alarm_dom.mjs";
import { byUrgency, isHidden, isUnacknowledged, stateText, whatOf } from "./alarm_words.mjs";
import { formatAge } from "./format.mjs";
import { predictionText } from "./limits.mjs";
import { byNeed, isResolved, MalfunctionList } from "./malfunction_list.mjs";
import { setClass, setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

/** More alarms than this are on the Alarms page. */
const SHOWN = 8;

export class ExtruderAlarms {
  /** @param {HTMLElement} host @param {number} extruder @param {object} context of the pages */
  constructor(host, extruder, context) {
    Object.assign(this, { _host: host, _extruder: extruder, _context: context, _signals: [] });
    this._cards = make("div", "malfunctions__cards");
    this._malfunctions = new MalfunctionList(this._cards, context, true);
    this._list = make("ul", "extruder-alarms__list");
    this._future = make("ul", "extruder-alarms__future");
    this._status = make("p", "extruder-alarms__status");
    host.append(this._status, this._future, this._cards, this._list);
    /** @type {Map<string, object>} */
    this._items = new Map();
    this._update = () => this.update();
    context.alarms.addEventListener("change", this._update);
    context.commands.addEventListener("change", this._update);
    this.update();
  }

  destroy() {
    this._context.alarms.removeEventListener("change", this._update);
    this._context.commands.removeEventListener("change", this._update);
    this._host.replaceChildren();
  }

  /** @param {object[]} signals of the extruder, by slot */
  setSignals(signals) {
    this._signals = signals;
  }

  update() {
    const { alarms, malfunctions, known, trouble } = this._context.alarms;
    const mine = ({ extruder }) => extruder === this._extruder;
    const open = malfunctions.filter((one) => mine(one) && !isResolved(one)).sort(byNeed);
    const told = alarms.filter((one) => mine(one) && !isHidden(one)).sort(byUrgency);
    const hidden = alarms.filter((one) => mine(one) && isHidden(one)).length;
    this._malfunctions.update(open);
    this._drawAlarms(told.slice(0, SHOWN));
    this._predict(this._context.alarms.predictions[this._extruder] ?? []);
    setClass(this._host, "alarms--stale", known && Boolean(trouble));
    setText(this._status, known ? summary(open.length, told.length, hidden, trouble) : trouble);
  }

  _drawAlarms(alarms) {
    const wanted = new Set(alarms.map(({ id }) => id));
    for (const [id, { element }] of this._items) {
      if (wanted.has(id)) continue;
      element.remove();
      this._items.delete(id);
    }
    alarms.forEach((alarm, index) => {
      const item = this._item(alarm);
      this._write(item, alarm);
      const there = this._list.children[index];
      if (there !== item.element) this._list.insertBefore(item.element, there ?? null);
    });
  }

  _item({ id, priority }) {
    const known = this._items.get(id);
    if (known?.priority === priority) return known;
    known?.element.remove();
    const element = make("li", "extruder-alarm");
    const item = { element, priority, what: make("span", "extruder-alarm__what"), state: make("span", "extruder-alarm__state") };
    item.button = button(t("Acknowledge"), () => this._acknowledge(id));
    element.append(priorityMark(priority), item.what, item.state, item.button);
    this._items.set(id, item);
    return item;
  }

  _write(item, alarm) {
    const { clock, commands, settings } = this._context;
    const saving = commands.saving.has(alarm.id);
    const age = formatAge(Math.max(0, clock.now() - alarm.since));
    setText(item.what, whatOf(alarm));
    setText(item.state, saving ? t("saving…") : `${stateText(alarm, settings.timeZone)} · ${age}`);
    item.button.hidden = !isUnacknowledged(alarm);
    item.button.disabled = saving;
    setClass(item.element, "alarm-row--waiting", isUnacknowledged(alarm));
  }

  _acknowledge(id) {
    const what = plural("Acknowledge {n} alarm", "Acknowledge {n} alarms", 1);
    this._context.commands.send(what, { action: "acknowledge", alarms: [id] });
  }

  _predict(predictions) {
    if (!this._signals.length) return;
    const texts = predictions.map((one) => predictionText(one, this._signals[one.slot]));
    const key = texts.join("|");
    if (key === this._predicted) return;
    this._predicted = key;
    this._future.replaceChildren(...texts.filter(Boolean).map((text) => make("li", "", text)));
  }
}

function summary(malfunctions, alarms, hidden, trouble) {
  const open = malfunctions
    ? plural("{n} malfunction", "{n} malfunctions", malfunctions)
    : t("No malfunctions");
  const parts = [open, alarmsText(alarms)];
  if (hidden) parts.push(t("{n} hidden (shelved, suppressed or out of service)", { n: hidden }));
  return [...parts, trouble].filter(Boolean).join(" · ");
}

function alarmsText(count) {
  if (!count) return t("no alarms");
  if (count > SHOWN) return t("{n} alarms, {shown} shown", { n: count, shown: SHOWN });
  return plural("{n} alarm", "{n} alarms", count);
}
