// One row of a table of alarms; written only where something changed.
import { link, make, priorityMark } from "./alarm_dom.mjs";
import { isUnacknowledged, stateText, whatOf, whenText } from "./alarm_words.mjs";
import { formatAge } from "./format.mjs";
import { setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

export const COLUMNS = [
  "", t("Priority"), t("State"), t("Extruder"), t("Alarm"), t("Since"), t("Who, comment"),
];

export class AlarmRow {
  /** @param {string} id @param {string} timeZone */
  constructor(id, timeZone) {
    this.id = id;
    this._timeZone = timeZone;
    this.element = make("tr", "alarm-row");
    this.element.dataset.mwAlarm = id;
    this.element.tabIndex = -1;
    this._cells = COLUMNS.map(() => make("td", ""));
    ["select", "priority", "state", "extruder", "what", "since", "who"].forEach((name, index) => {
      this._cells[index].className = `alarm-cell alarm-cell--${name}`;
    });
    this.element.append(...this._cells);
    this._box = make("input", "alarm-box");
    this._box.type = "checkbox";
    this._box.tabIndex = -1;
    this._cells[0].append(this._box);
    this._time = make("span", "alarm-since");
    this._old = make("span", "alarm-age");
    this._cells[5].append(this._time, this._old);
  }

  /** @param {object} alarm as GET /alarms tells it @param {{saving: boolean, gone: boolean}} state */
  update(alarm, { saving, gone }, now) {
    const [, priority, state, extruder] = this._cells;
    if (alarm.priority !== this._priority) priority.replaceChildren(priorityMark(alarm.priority));
    this._priority = alarm.priority;
    const words = gone ? t("No longer an alarm") : stateText(alarm, this._timeZone);
    setText(state, saving ? `${words} · ${t("saving…")}` : words);
    if (alarm.extruder_name !== this._extruder) {
      extruder.replaceChildren(link(alarm.extruder_name, `/extruder/${alarm.extruder}`));
    }
    this._extruder = alarm.extruder_name;
    this._texts(alarm, now);
    setClass(this.element, "alarm-row--waiting", !gone && isUnacknowledged(alarm));
    setClass(this.element, "alarm-row--gone", gone);
  }

  _texts(alarm, now) {
    const what = whatOf(alarm);
    if (what !== this._what) {
      const name = t("Select {extruder}: {what}", { extruder: alarm.extruder_name, what });
      this._box.setAttribute("aria-label", name);
    }
    this._what = what;
    setText(this._cells[4], what);
    this._since = alarm.since;
    setText(this._time, whenText(alarm.since, now, this._timeZone));
    const who = [alarm.who, alarm.comment].filter(Boolean).join(": ");
    setText(this._cells[6], who);
    if (this._cells[6].title !== who) this._cells[6].title = who;
    this.tick(now);
  }

  tick(now) {
    setText(this._old, formatAge(Math.max(0, now - this._since)));
  }

  select(on) {
    if (this._box.checked !== on) this._box.checked = on;
    this.element.setAttribute("aria-selected", String(on));
  }
}
