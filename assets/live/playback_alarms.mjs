// What was wrong with an extruder at the time that a playback shows. Nothing can be done here.
import { link, make, priorityMark } from "./alarm_dom.mjs";
import { isHidden, STATE_WORDS, whatOf } from "./alarm_words.mjs";
import { formatAge, formatTime } from "./format.mjs";
import { setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

/** More than this are in the journal of alarms. */
const SHOWN = 8;
const LOADING = t("Alarms of that time are loading");
const NOTHING = t("Of that time no alarms are kept");

export class PlaybackAlarms {
  /** @param {HTMLElement} host @param {import("./playback_events.mjs").PlaybackEvents} events */
  constructor(host, events, timeZone) {
    Object.assign(this, { _host: host, _events: events, _timeZone: timeZone });
    this._signals = new Map();
    this._status = make("p", "extruder-alarms__status");
    this._malfunctions = make("ul", "extruder-alarms__list playback-past");
    this._alarms = make("ul", "extruder-alarms__list playback-past");
    host.append(this._status, this._malfunctions, this._alarms);
  }

  destroy() {
    this._host.replaceChildren();
  }

  setSignals(signals) {
    this._signals = new Map(signals.map((signal) => [signal.name, signal]));
  }

  /** @param {number} ts shown, ms */
  update(ts) {
    const second = Math.floor(ts / 1000);
    const key = `${second}|${this._events.known}|${this._events.error}|${this._signals.size}`;
    if (key === this._key) return;
    this._key = key;
    const { error } = this._events;
    if (!this._events.knows(ts)) return this._none(error ? t("Alarms of that time cannot be had: {error}", { error: t(error) }) : LOADING);
    const alarms = this._events.alarmsAt(ts);
    const told = alarms.filter((one) => !isHidden(one)).sort((a, b) => a.priority - b.priority || b.start - a.start);
    const malfunctions = this._events.malfunctionsAt(ts);
    if (!malfunctions.length && !alarms.length && ts < this._events.oldest) return this._none(NOTHING);
    this._list(this._malfunctions, malfunctions.map((one) => this._malfunction(one, ts)));
    this._list(this._alarms, told.slice(0, SHOWN).map((one) => this._alarm(one, ts)));
    setText(this._status, this._summary(ts, malfunctions.length, told.length, alarms.length - told.length));
  }

  _none(words) {
    this._list(this._malfunctions, []);
    this._list(this._alarms, []);
    setText(this._status, words);
  }

  _summary(ts, malfunctions, alarms, hidden) {
    const told = alarms ? plural("{n} alarm", "{n} alarms", alarms) : t("no alarms");
    const parts = [
      malfunctions ? plural("{n} malfunction", "{n} malfunctions", malfunctions) : t("no malfunctions"),
      alarms > SHOWN ? t("{alarms}, {n} shown", { alarms: told, n: SHOWN }) : told,
    ];
    if (hidden) parts.push(t("{n} hidden (shelved, suppressed or out of service)", { n: hidden }));
    return t("As it was at {time}: {what}", { time: formatTime(ts, this._timeZone), what: parts.join(" · ") });
  }

  /** Entries are made anew only where their words changed. */
  _list(list, entries) {
    const key = entries.map(({ key: one }) => one).join("|");
    if (list.dataset.key === key) return;
    list.dataset.key = key;
    list.replaceChildren(...entries.map(({ parts }) => {
      const item = make("li", "extruder-alarm");
      item.append(...parts());
      return item;
    }));
  }

  _malfunction({ id, label, onset, detected }, ts) {
    const [began, time] = [onset, detected].map((one) => formatTime(one, this._timeZone));
    const found = detected > ts ? t("not found yet: that was at {time}", { time }) : t("found {time}", { time });
    const since = `${t("began {time}", { time: began })} · ${found}`;
    const parts = () => [
      make("b", "", t("Malfunction")), link(t(label), `/malfunctions/${id}`, "extruder-alarm__what"),
      make("span", "extruder-alarm__state", since),
    ];
    return { key: id + since, parts };
  }

  _alarm(alarm, ts) {
    const { label = alarm.source, unit = "", decimals = 1 } = this._signals.get(alarm.source) ?? {};
    const what = whatOf({ ...alarm, label, unit, decimals });
    const age = formatAge(ts - alarm.start).replace(/ \d+ s$/, "");
    const state = `${t(STATE_WORDS[alarm.state] ?? alarm.state)} · ${age}`;
    const parts = () => [
      priorityMark(alarm.priority), make("span", "extruder-alarm__what", what),
      make("span", "extruder-alarm__state", state),
    ];
    return { key: what + state, parts };
  }
}
