// The bar of a playback: some hours around the time that is shown, with what happened in them.
import { make, select } from "./alarm_dom.mjs";
import { priorityOf, whenText } from "./alarm_words.mjs";
import { formatMinute, formatTime, isoTime } from "./format.mjs";
import { setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

const MINUTE_MS = 60_000;
const SPANS = [["30", "30 min"], ["120", "2 h"], ["480", "8 h"], ["1440", "24 h"]];
const FIRST_SPAN = "120";
/** Running time moves the bar on before it reaches its end. */
const EDGE = 0.04;
/** Marks of alarms nearer than this share of the bar would hide each other. */
const CLEARANCE = 0.004;

export class PlaybackScrub {
  /**
   * @param {HTMLElement} host
   * @param {{timeZone: string, onSeek: (ts: number) => void}} options
   */
  constructor(host, { timeZone, onSeek }) {
    this._timeZone = timeZone;
    this._onSeek = onSeek;
    this._spanMs = Number(FIRST_SPAN) * MINUTE_MS;
    this._from = NaN;
    this._events = null;
    this._build(host);
  }

  /** @param {number} ts shown @param {number} newest latest time that can be shown, ms */
  update(ts, newest) {
    if (!this._dragging) this._follow(ts, newest);
    const at = String(Math.round(ts / 1000));
    if (!this._dragging && this._range.value !== at) this._range.value = at;
    const text = whenText(ts, newest, this._timeZone);
    if (this._range.getAttribute("aria-valuetext") !== text) this._range.setAttribute("aria-valuetext", text);
  }

  /** @param {import("./playback_events.mjs").PlaybackEvents} events @param {object[]} signals */
  showEvents(events, signals) {
    this._events = events;
    this._labels = new Map(signals.map(({ name, label }) => [name, label]));
    this._mark();
  }

  _build(host) {
    const row = make("div", "playback-scrub");
    this._range = make("input", "playback-scrub__range");
    Object.assign(this._range, { type: "range", step: "1" });
    this._range.setAttribute("aria-label", t("Time that is shown"));
    this._range.addEventListener("input", () => this._seek());
    this._range.addEventListener("pointerdown", () => (this._dragging = true));
    for (const name of ["pointerup", "pointercancel", "change", "blur"]) {
      this._range.addEventListener(name, () => (this._dragging = false));
    }
    this._track = make("div", "playback-scrub__track");
    this._marks = make("div", "playback-scrub__marks");
    this._track.append(this._marks, this._range);
    this._ends = make("div", "playback-scrub__ends");
    this._first = make("span", "");
    this._last = make("span", "");
    this._ends.append(this._first, this._span(), this._last);
    row.append(this._track, this._ends);
    host.append(row);
  }

  _span() {
    const choice = select(SPANS, FIRST_SPAN, (minutes) => {
      this._spanMs = Number(minutes) * MINUTE_MS;
      this._from = NaN;
    });
    choice.setAttribute("aria-label", t("Length of the bar"));
    this._summary = make("span", "playback-scrub__summary");
    const middle = make("span", "playback-scrub__span");
    middle.append(choice, this._summary);
    return middle;
  }

  _seek() {
    this._onSeek(Number(this._range.value) * 1000);
  }

  /** Lay the bar about a time that is not on it, or runs out of it. */
  _follow(ts, newest) {
    const span = this._spanMs;
    const inside = ts >= this._from && ts <= this._from + span * (1 - EDGE);
    const atEnd = this._from + span >= newest - MINUTE_MS && ts <= newest && ts >= this._from;
    if (inside || atEnd) return;
    // Running on, the bar turns its page; a jump puts the time into the middle.
    const turned = ts > this._from && ts < this._from + 2 * span;
    const from = turned ? ts - span * EDGE : ts - span / 2;
    this._lay(Math.max(0, Math.min(from, newest - span)));
  }

  _lay(from) {
    this._from = Math.floor(from / MINUTE_MS) * MINUTE_MS;
    const to = this._from + this._spanMs;
    this._range.min = String(this._from / 1000);
    this._range.max = String(to / 1000);
    setText(this._first, this._end(this._from));
    setText(this._last, this._end(to));
    this._mark();
  }

  _end(ts) {
    return `${isoTime(ts, this._timeZone).slice(5, 10)} ${formatMinute(ts, this._timeZone)}`;
  }

  _mark() {
    if (!this._events || Number.isNaN(this._from)) return;
    const malfunctions = this._events.malfunctions.filter((one) => this._touches(one.onset, one.ended));
    const alarms = this._events.alarms.filter(({ start, end }) => this._touches(start, end));
    this._marks.replaceChildren(
      ...malfunctions.map((one) => this._bar(one)),
      ...this._apart(alarms).map((one) => this._tick(one)),
    );
    setText(this._summary, this._counts(malfunctions.length, alarms.length));
  }

  /** Nothing known is not nothing happened. */
  _counts(malfunctions, alarms) {
    const { error, complete } = this._events;
    if (!this._events.knows(this._from + this._spanMs / 2)) return error ? t("Events cannot be had") : t("Events are loading");
    const counts = [
      plural("{n} malfunction", "{n} malfunctions", malfunctions), plural("{n} alarm", "{n} alarms", alarms),
    ].join(", ");
    return complete ? counts : t("{counts}, more than are shown", { counts });
  }

  _touches(start, end) {
    return start < this._from + this._spanMs && (end === null || end > this._from);
  }

  /** The most urgent one of those that would lie on each other. */
  _apart(alarms) {
    const places = new Map();
    for (const one of alarms) {
      const place = Math.round(this._share(one.start) / CLEARANCE);
      if (!(places.get(place)?.priority <= one.priority)) places.set(place, one);
    }
    return [...places.values()];
  }

  _share(ts) {
    return Math.min(1, Math.max(0, (ts - this._from) / this._spanMs));
  }

  _bar({ label, onset, detected, ended }) {
    const mark = make("button", "playback-mark playback-mark--malfunction");
    const [from, to] = [this._share(onset), this._share(ended ?? Infinity)];
    mark.style.left = `${100 * from}%`;
    mark.style.width = `${100 * (to - from)}%`;
    const time = (ts) => formatTime(ts, this._timeZone);
    const said = { cause: t(label), from: time(onset), found: time(detected) };
    const text = ended === null
      ? t("Malfunction: {cause}, from {from} not over, found {found}", said)
      : t("Malfunction: {cause}, from {from} until {until}, found {found}", { ...said, until: time(ended) });
    return this._pointed(mark, onset, text);
  }

  _tick({ source, condition, priority, start }) {
    const mark = make("button", `playback-mark playback-mark--alarm priority-${priority}`, priorityOf(priority).sign);
    mark.style.left = `${100 * this._share(start)}%`;
    const what = [t(this._labels.get(source) ?? source), t(condition)].filter(Boolean).join(" ");
    return this._pointed(mark, start, `${what}, ${priorityOf(priority).word}, ${formatTime(start, this._timeZone)}`);
  }

  /** For the pointer; with the keyboard "Next event" goes to the same places. */
  _pointed(mark, ts, title) {
    Object.assign(mark, { type: "button", tabIndex: -1, title });
    mark.setAttribute("aria-hidden", "true");
    mark.addEventListener("click", () => this._onSeek(ts));
    return mark;
  }
}
