// The tab Health: is the alarm system itself in order? Targets of EEMUA 191 and ISA-18.2.
import { fold, make, table } from "./alarm_dom.mjs";
import { Poll } from "./alarm_poll.mjs";
import { rateChart } from "./alarm_rate_chart.mjs";
import { PRIORITIES, priorityOf, whenText } from "./alarm_words.mjs";
import { formatAge, formatNumber } from "./format.mjs";
import { setText } from "./text.mjs";
import { t } from "./words.mjs";

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
  [t("Alarms a day"), (h) => formatNumber(h.per_day, 0), t("at most 150"), (h) => h.per_day <= 150],
  [t("In 10 min, mean"), (h) => formatNumber(h.per_10_min_mean, 2), t("below 1"), (h) => h.per_10_min_mean < PER_10_MIN],
  [t("In 10 min, most"), (h) => formatNumber(h.per_10_min_max, 0), t("at most 10"), (h) => h.per_10_min_max <= FLOOD],
  [t("Time in floods"), (h) => percent(h.flood_share), t("below 1 %"), (h) => h.flood_share < 0.01],
  [t("Chattering alarms"), (h) => String(h.chattering.length), "0", (h) => h.chattering.length === 0],
  [t("Stale, over 24 h"), (h) => String(h.stale), t("below 5"), (h) => h.stale < 5],
  [t("Share of the top 10"), (h) => percent(h.top10_share), t("below 5 %"), (h) => h.top10_share < 0.05],
  [t("Unacknowledged now"), (h) => String(h.unacknowledged)],
  [t("Shelved now"), (h) => String(h.shelved)],
  [t("Suppressed by design"), (h) => String(h.suppressed)],
  [t("Out of service"), (h) => String(h.out_of_service)],
  [t("Alarms in all"), (h) => String(h.total)],
];

export class HealthTab {
  constructor(host, context) {
    this._context = context;
    this._note = make("p", "alarm-empty", t("Loading …"));
    this._body = make("div", "health");
    this._deliveries = fold(t("Notifications: loading …"));
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
    if (why) setText(this._note, t("Figures cannot be had: {why}.", { why }));
    else setText(this._note, known ? this._span(body) : t("No figures yet: the worker makes them once a minute."));
  }

  _span(health) {
    const now = this._context.clock.now();
    const when = (ts) => whenText(ts, now, this._context.settings.timeZone).slice(0, -3);
    const hours = (health.to - health.from) / 3_600_000;
    const span = { from: when(health.from), to: when(health.to), age: formatAge(now - health.as_of) };
    if (hours >= 23) return t("From {from} to {to}, made {age} ago", span);
    const short = { ...span, hours: formatNumber(hours, 1) };
    return t("From {from} to {to} ({hours} h: less than a day yet), made {age} ago", short);
  }

  /** Written once in a while, and only when the worker has made new figures. */
  _draw(health) {
    if (health.as_of === this._drawn) return;
    this._drawn = health.as_of;
    const zone = this._context.settings.timeZone;
    const chart = make("figure", "health__chart");
    chart.append(
      make("figcaption", "", t("Alarms in each 10 minutes")),
      rateChart(health.rate, PER_10_MIN, FLOOD, zone),
    );
    this._body.replaceChildren(figures(health), chart, this._tables(health));
  }

  _tables(health) {
    const group = make("div", "health__tables");
    const words = (id) => (health.named?.[id] ? nameOf(health.named[id]) : health.labels?.[id] ?? id);
    const now = this._context.clock.now();
    const when = (ts) => whenText(ts, now, this._context.settings.timeZone);
    group.append(
      listed(t("Most frequent"), [t("Alarm"), t("Count"), t("Share")],
        health.top10.map(({ id, count, share }) => [words(id), count, percent(share)]), t("No alarms.")),
      listed(t("Chattering"), [t("Alarm"), t("Times")],
        health.chattering.map(({ id, count }) => [words(id), count]), t("None chatters.")),
      listed(t("Floods"), [t("From"), t("To"), t("Alarms")],
        health.floods.map(([from, to, count]) => [when(from), to ? when(to) : t("still"), count]), t("No flood.")),
      listed(t("By priority"), [t("Priority"), t("Count"), t("Share"), t("Target")], priorities(health), t("No alarms.")),
    );
    return group;
  }

  _sent(body, why) {
    const { head, body: place } = this._deliveries;
    if (!body) return setText(head, t("Notifications cannot be had: {why}", { why }));
    const { deliveries, configured } = body;
    const failed = deliveries.filter(({ state }) => state === "failed").length;
    setText(head, sentText(deliveries.length, failed, configured));
    const key = JSON.stringify(deliveries);
    if (key === this._sentKey) return undefined;
    this._sentKey = key;
    const names = [
      t("Time"), t("Route"), t("Message"), t("State"), t("Attempts"), t("Next try"), t("Error"),
    ];
    const rows = deliveries.map((one) => this._delivery(one));
    return place.replaceChildren(listed("", names, rows, t("Routes are set in the settings (docs/operations.md).")));
  }

  _delivery({ ts, route, title, state, attempts, next_try: next, error }) {
    const now = this._context.clock.now();
    const when = (at) => (at ? whenText(at, now, this._context.settings.timeZone) : "");
    return [when(ts), route, title, t(state), attempts, when(next), error];
  }
}

function sentText(sent, failed, configured) {
  if (!sent) return configured ? t("Notifications: none sent yet") : t("Notifications: no route is set up");
  return failed ? t("Notifications: {n}, {failed} failed", { n: sent, failed }) : t("Notifications: {n}", { n: sent });
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
  const wanted = t("target {target}", { target: target.replaceAll(" ", NARROW) });
  element.append(make("b", "", ok ? t("ok") : t("over")), ` ${wanted}`);
  return element;
}

/** As the server's "labels", in the language. */
function nameOf({ extruder_name: extruder, label, condition }) {
  if (condition === "MALFUNCTION") return t("{extruder}: malfunction, {cause}", { extruder, cause: t(label) });
  return `${extruder}: ${t(label)} ${t(condition)}`;
}

function priorities({ by_priority: counts, priority_targets: targets, total }) {
  const share = (count) => (total ? percent(count / total) : "");
  return Object.keys(PRIORITIES).map((key) => {
    const { sign, word } = priorityOf(Number(key));
    const count = counts[key] ?? 0;
    const target = targets?.[key];
    const about = target === undefined ? "" : t("about {share}", { share: percent(target) });
    return [`${sign} ${word}`, count, share(count), about];
  });
}

function listed(title, names, rows, none) {
  const section = make("section", "health__list");
  if (title) section.append(make("h3", "", title));
  if (!rows.length) {
    section.append(make("p", "alarm-empty", none));
    return section;
  }
  const { frame, body } = table(names, title || t("Notifications"));
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
