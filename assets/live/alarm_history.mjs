// The tab History: the newest events of the alarm journal, filtered, and as a file.
import { button, link, make, priorityMark, table } from "./alarm_dom.mjs";
import { AlarmFilters, passes } from "./alarm_filters.mjs";
import { Poll } from "./alarm_poll.mjs";
import { KIND_WORDS, PRIORITIES, STATE_WORDS, whatOf, whenText } from "./alarm_words.mjs";
import { download, quoted } from "./csv_export.mjs";
import { isoTime } from "./format.mjs";
import { setText } from "./text.mjs";
import { t } from "./words.mjs";

const POLL_MS = 5000;
/** Rows drawn at once; all of them are in the file. */
const STEP = 200;
const COLUMNS = [
  t("Time"), t("Priority"), t("Extruder"), t("Alarm"), t("What happened"), t("State after"), t("Who, comment"),
];
const CSV_COLUMNS = [
  "Time", "Extruder", "Signal", "Condition", "Value", "Limit", "Unit", "Priority", "Event", "State", "Who", "Comment",
];

export class HistoryTab {
  constructor(host, context, view, extruders) {
    Object.assign(this, { _context: context, _view: view, _events: null, _why: "", _cap: STEP });
    this._filters = new AlarmFilters(view, extruders, { name: "kind", label: t("Event"), words: KIND_WORDS });
    this._export = button(t("Export CSV"), () => this._download());
    this._filters.element.append(this._export);
    this._table = table(COLUMNS, t("Events"));
    this._note = make("p", "alarm-empty", t("Loading …"));
    this._more = button("", () => this._showMore());
    host.append(this._filters.element, this._note, this._table.frame, this._more);
    this._poll = new Poll("/alarms/history", POLL_MS, (body, why) => this._answer(body, why));
    this.update();
  }

  destroy() {
    this._poll.destroy();
  }

  _answer(body, why) {
    this._why = why && t("Events cannot be had: {why}.", { why });
    if (body) this._events = body.events;
    this.update();
  }

  update() {
    const all = this._events ?? [];
    this._shown = all.filter((event) => passes(event, this._view));
    this._filters.update(this._shown.length, all.length, this._events ? "" : "unknown");
    setText(this._note, this._noteText(all.length));
    this._export.disabled = !this._shown.length;
    this._table.frame.hidden = !this._shown.length;
    this._draw();
  }

  _noteText(count) {
    if (this._why) return this._why;
    if (!this._events) return t("Loading …");
    if (!count) return t("Nothing has happened yet.");
    return this._shown.length ? "" : t("No event passes the filters.");
  }

  /** Nothing is written while nothing changed, so that a text can be marked and copied. */
  _draw() {
    const drawn = this._shown.slice(0, this._cap);
    const key = `${drawn.length}|${drawn[0]?.ts}|${JSON.stringify(this._view.filters)}|${this._events?.[0]?.ts}`;
    const rest = this._shown.length - drawn.length;
    this._more.hidden = rest <= 0;
    setText(this._more, t("Show {n} more of {all}", { n: Math.min(rest, STEP), all: rest }));
    if (key === this._drawn) return;
    this._drawn = key;
    this._table.body.replaceChildren(...drawn.map((event) => this._row(event)));
  }

  _row(event) {
    const row = make("tr", "alarm-row");
    const zone = this._context.settings.timeZone;
    const cells = {
      since: whenText(event.ts, this._context.clock.now(), zone),
      priority: priorityMark(event.priority),
      extruder: link(event.extruder_name, `/extruder/${event.extruder}`),
      what: whatOf(event),
      kind: t(KIND_WORDS[event.kind] ?? event.kind),
      state: t(STATE_WORDS[event.state] ?? event.state),
      who: [event.who, event.comment].filter(Boolean).join(": "),
    };
    for (const [name, content] of Object.entries(cells)) {
      const cell = make("td", `alarm-cell alarm-cell--${name}`);
      cell.append(content);
      row.append(cell);
    }
    return row;
  }

  _showMore() {
    this._cap += STEP;
    this.update();
  }

  _download() {
    const zone = this._context.settings.timeZone;
    const stamp = isoTime(this._context.clock.now(), zone).slice(0, 19).replaceAll(":", "-");
    download(`meltwatch-alarms-${stamp}.csv`, toCsv(this._shown, zone));
  }
}

/**
 * In English, as programs read it.
 * @param {object[]} events @param {string} timeZone @returns {string} RFC 4180
 */
export function toCsv(events, timeZone) {
  const lines = events.map((event) => [
    isoTime(event.ts, timeZone), event.extruder_name, event.label, event.condition,
    event.value ?? "", event.limit ?? "", event.unit, PRIORITIES[event.priority]?.word ?? "Unknown",
    KIND_WORDS[event.kind] ?? event.kind, STATE_WORDS[event.state] ?? event.state,
    event.who, event.comment,
  ]);
  return [CSV_COLUMNS, ...lines].map((cells) => `${cells.map(text).join(",")}\r\n`).join("");
}

/** A comment that begins like a formula must stay a text in a spreadsheet. */
function text(cell) {
  const harmless = typeof cell === "string" && /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : String(cell);
  return quoted(harmless);
}
