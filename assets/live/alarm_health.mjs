// The tab Health: is the alarm system itself in order? Targets of EEMUA 191 and ISA-18.2.
import { fold, make, table } from "./alarm_dom.mjs";
import { Poll } from "./alarm_poll.mjs";
import { rateChart } from "./alarm_rate_chart.mjs";
import { PRIORITIES, priorityOf, whenText } from "./alarm_words.mjs";
import { formatAge, formatNumber } from "./format.mjs";
import { setText } from "./text.mjs";

const POLL_MS = 10_000;
const PER_10_MIN = 1;
const FLOOD = 10;
/** Keeps a number with its unit. */
const NARROW = "\u00a0";

/**
 * Name, how its value is read, its target in words, and whether a value meets it; those without
 * a target are told only.
 */
const FIGURES = [
  ["Alarms a day", (h) => formatNumber(h.per_day, 0), "at most 150", (h) => h.per_day <= 150],
  ["In 10 min, mean", (h) => formatNumber(h.per_10_min_mean, 2), "below 1", (h) => h.per_10_min_mean < PER_10_MIN],
  ["In 10 min, most", (h) => formatNumber(h.per_10_min_max, 0), "at most 10", (h) => h.per_10_min_max <= FLOOD],
  ["Time in floods", (h) => percent(h.flood_share), "below 1 %", (h) => h.flood_share < 0.01],
  ["Chattering alarms", (h) => String(h.chattering.length), "0", (h) => h.chattering.length === 0],
  ["Stale, over 24 h", (h) => String(h.stale), "below 5", (h) => h.stale < 5],
  ["Share of the top 10", (h) => percent(h.top10_share), "below 5 %", (h) => h.top10_share < 0.05],
  ["Unacknowledged now", (h) => String(h.unacknowledged)],
  ["Shelved now", (h) => String(h.shelved)],
  ["Suppressed by design", (h) => String(h.suppressed)],
  ["Out of service", (h) => String(h.out_of_service)],
  ["Alarms in all", (h) => String(h.total)],
];

export class HealthTab {
  constructor(host, context) {
    this._context = context;
    this._note = make("p", "alarm-empty", "Loading …");
    this._body = make("div", "health");
    this._deliveries = fold("Notifications: loading …");
    host.append(this._note, this._body, this._deliveries.element);
    this._polls = [
      new Poll("/alarms/health", POLL_MS, (body, why) => this._health(body, why)),
      new Poll("/alarms/deliveries", POLL_MS, (body, why) => this._sent(body, why)),
    ];
  }

  destroy() {
    for (const poll of this._polls) poll.destroy();
  }

  update() {}

  _health(body, why) {
    const known = body && body.as_of > 0 && body.per_day !== undefined;
    if (known) this._draw(body);
    if (why) setText(this._note, `Figures cannot be had: ${why}.`);
    else setText(this._note, known ? this._span(body) : "No figures yet: the worker makes them once a minute.");
  }

  _span(health) {
    const now = this._context.clock.now();
    const when = (ts) => whenText(ts, now, this._context.settings.timeZone).slice(0, -3);
    const hours = (health.to - health.from) / 3_600_000;
    const short = hours < 23 ? ` (${formatNumber(hours, 1)} h: less than a day yet)` : "";
    return `From ${when(health.from)} to ${when(health.to)}${short}, made ${formatAge(now - health.as_of)} ago`;
  }

  /** Written once in a while, and only when the worker has made new figures. */
  _draw(health) {
    if (health.as_of === this._drawn) return;
    this._drawn = health.as_of;
    const zone = this._context.settings.timeZone;
    const chart = make("figure", "health__chart");
    chart.append(
      make("figcaption", "", "Alarms in each 10 minutes"),
      rateChart(health.rate, PER_10_MIN, FLOOD, zone),
    );
    this._body.replaceChildren(figures(health), chart, this._tables(health));
  }

  _tables(health) {
    const group = make("div", "health__tables");
    const words = (id) => health.labels?.[id] ?? id;
    const now = this._context.clock.now();
    const when = (ts) => whenText(ts, now, this._context.settings.timeZone);
    group.append(
      listed("Most frequent", ["Alarm", "Count", "Share"],
        health.top10.map(({ id, count, share }) => [words(id), count, percent(share)]), "No alarms."),
      listed("Chattering", ["Alarm", "Times"],
        health.chattering.map(({ id, count }) => [words(id), count]), "None chatters."),
      listed("Floods", ["From", "To", "Alarms"],
        health.floods.map(([from, to, count]) => [when(from), to ? when(to) : "still", count]), "No flood."),
      listed("By priority", ["Priority", "Count", "Share", "Target"], priorities(health), "No alarms."),
    );
    return group;
  }

  _sent(body, why) {
    const { head, body: place } = this._deliveries;
    if (!body) return setText(head, `Notifications cannot be had: ${why}`);
    const { deliveries, configured } = body;
    const failed = deliveries.filter(({ state }) => state === "failed").length;
    const none = configured ? "none sent yet" : "no route is set up";
    const many = `${deliveries.length}${failed ? `, ${failed} failed` : ""}`;
    setText(head, `Notifications: ${deliveries.length ? many : none}`);
    const key = JSON.stringify(deliveries);
    if (key === this._sentKey) return undefined;
    this._sentKey = key;
    const names = ["Time", "Route", "Message", "State", "Attempts", "Next", "Error"];
    const rows = deliveries.map((one) => this._delivery(one));
    return place.replaceChildren(listed("", names, rows, "Routes are set in the settings (docs/operations.md)."));
  }

  _delivery({ ts, route, title, state, attempts, next_try: next, error }) {
    const now = this._context.clock.now();
    const when = (at) => (at ? whenText(at, now, this._context.settings.timeZone) : "");
    return [when(ts), route, title, state, attempts, when(next), error];
  }
}

function figures(health) {
  const list = make("dl", "figures");
  for (const [name, read, target, meets] of FIGURES) {
    const tile = make("div", "figure");
    tile.append(make("dt", "", name), make("dd", "figure__value", read(health)));
    if (target) tile.append(verdict(target, meets(health)));
    list.append(tile);
  }
  return list;
}

function verdict(target, ok) {
  const element = make("dd", `figure__target figure__target--${ok ? "ok" : "over"}`);
  element.append(make("b", "", ok ? "ok" : "over"), ` target ${target.replaceAll(" ", NARROW)}`);
  return element;
}

function priorities({ by_priority: counts, priority_targets: targets, total }) {
  const share = (count) => (total ? percent(count / total) : "");
  return Object.keys(PRIORITIES).map((key) => {
    const { sign, word } = priorityOf(Number(key));
    const count = counts[key] ?? 0;
    const target = targets?.[key];
    return [`${sign} ${word}`, count, share(count), target === undefined ? "" : `about ${percent(target)}`];
  });
}

function listed(title, names, rows, none) {
  const section = make("section", "health__list");
  if (title) section.append(make("h3", "", title));
  if (!rows.length) {
    section.append(make("p", "alarm-empty", none));
    return section;
  }
  const { frame, body } = table(names, title || "Notifications");
  body.append(...rows.map(tableRow));
  section.append(frame);
  return section;
}

function tableRow(cells) {
  const row = make("tr", "");
  row.append(...cells.map((cell) => make("td", typeof cell === "number" ? "alarm-number" : "", String(cell))));
  return row;
}

function percent(share) {
  return `${formatNumber(100 * share, share < 0.1 ? 1 : 0)} %`;
}
