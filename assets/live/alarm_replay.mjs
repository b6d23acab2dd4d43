// What other limits would have done: asks a worker to replay readings, and compares.
import { make } from "./alarm_dom.mjs";
import { shape } from "./alarm_rate_chart.mjs";
import { request } from "./feed.mjs";
import { formatNumber, isoTime } from "./format.mjs";
import { setText } from "./text.mjs";
import { postJson } from "./posting.mjs";
import { grouped, plural, t } from "./words.mjs";

const POLL_MS = 500;
const POST_TIMEOUT_MS = 8000;
const WIDTH = 1000;
const LANE = 26;

/**
 * @param {object} body of POST /replays
 * @param {(state: string, progress: number) => void} onProgress
 * @param {AbortSignal} signal
 * @returns {Promise<object>} its result; throws Error in the server's words
 */
export async function replay(body, onProgress, signal) {
  onProgress("waiting", 0);
  const { id } = await start(body, signal);
  for (;;) {
    const now = await (await request(`/replays/${encodeURIComponent(id)}`, signal)).json();
    if (now.state === "done") return now.result;
    if (now.state === "failed") throw new Error(now.error || t("the replay failed"));
    onProgress(now.state, now.progress);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    signal.throwIfAborted();
  }
}

async function start(body, signal) {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(POST_TIMEOUT_MS)]);
  const answer = await postJson("/replays", body, limit);
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.error ?? t("the server answered {status}", { status: answer.status }));
  return told;
}

/** A bar that fills while the worker replays. */
export class ReplayProgress {
  constructor() {
    this.element = make("div", "replay-progress");
    this._bar = make("progress", "");
    this._bar.setAttribute("aria-label", t("Replay"));
    this._text = make("span", "");
    this.element.append(this._bar, this._text);
    this.element.hidden = true;
  }

  show(state, progress) {
    this.element.hidden = false;
    if (state === "waiting") this._bar.removeAttribute("value");
    else this._bar.value = progress;
    const share = Math.round(100 * progress);
    setText(this._text, state === "waiting" ? t("Waiting for a worker …") : t("Replaying, {share} %", { share }));
  }

  hide() {
    this.element.hidden = true;
  }
}

/** Both outcomes beside each other. @param {object} result of a replay @param {string} timeZone */
export function comparison(result, timeZone) {
  const element = make("div", "replay-result");
  const day = (ts) => isoTime(ts, timeZone).slice(0, 16).replace("T", " ");
  const span = t("{from} to {to}, {n} readings", {
    from: day(result.from), to: day(result.to), n: grouped(result.readings),
  });
  element.append(make("p", "", span), numbers(result), timeline(result));
  return element;
}

function numbers({ now, then }) {
  const table = make("table", "alarm-table replay-numbers");
  const conditions = [...new Set([...Object.keys(now.per_condition), ...Object.keys(then.per_condition)])];
  const rows = [
    ["", t("Now in force"), t("As changed"), t("Difference")],
    [t("Alarms"), now.alarms, then.alarms],
    ...conditions.map((condition) => [
      t("of them {condition}", { condition }), now.per_condition[condition] ?? 0, then.per_condition[condition] ?? 0,
    ]),
    [t("Active, min"), now.minutes, then.minutes],
  ];
  table.append(...rows.map(row));
  return table;
}

function row([name, now, then, last], index) {
  const element = make("tr", "");
  const text = (x) => (typeof x === "number" ? formatNumber(x, Number.isInteger(x) ? 0 : 1) : x);
  const change = last ?? signed(then - now);
  const cells = [name, now, then, change].map((cell) => make(index ? "td" : "th", index ? "alarm-number" : "", text(cell)));
  cells[0].className = "";
  element.append(...cells);
  return element;
}

function signed(change) {
  const text = formatNumber(change, Number.isInteger(change) ? 0 : 1);
  return change > 0 ? `+${text}` : text;
}

/** When alarms were active: a lane for each outcome. */
function timeline({ from, to, now, then }) {
  const figure = make("figure", "replay-lanes");
  for (const [name, { events, alarms }] of [[t("Now in force"), now], [t("As changed"), then]]) {
    const count = `${name}: ${plural("{n} alarm", "{n} alarms", alarms)}`;
    const cut = events.length < alarms;
    const caption = cut ? t("{count}, the newest {n} drawn", { count, n: events.length }) : count;
    const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${LANE}`, preserveAspectRatio: "none", role: "img" });
    svg.setAttribute("aria-label", t("{what}: when alarms were active", { what: name }));
    svg.append(...events.map((event) => bar(event, from, to)));
    figure.append(make("figcaption", "", caption), svg);
  }
  return figure;
}

/** H and L fill the lower half, HH and LL the whole lane: told apart without colour. */
function bar([on, off, condition], from, to) {
  const x = (ts) => (WIDTH * (ts - from)) / (to - from);
  const second = condition.length > 1;
  const width = Math.max(2, x(off ?? to) - x(on));
  return shape("rect", {
    x: x(on), width, y: second ? 0 : LANE / 2, height: second ? LANE : LANE / 2,
    class: second ? "alarm-rate__flood" : "alarm-rate__over",
  });
}
