// The panel Runs: how long the newest runs of each job took, and what came of them.
import { Poll } from "./alarm_poll.mjs";
import { make } from "./alarm_dom.mjs";
import { formatAge, formatNumber, formatTime, NO_VALUE, zoneName } from "./format.mjs";
import { part, setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

const POLL_MS = 5000;
const WIDTH = 150;
const HEIGHT = 28;
const SHORT = 6;
/** Rows of the list of runs one by one. */
const NEWEST = 100;

export class RunsPanel {
  constructor(root, context) {
    Object.assign(this, { _root: root, _zone: context.settings.timeZone, _body: null });
    this._poll = new Poll("/system/runs", POLL_MS, (body, why) => this._answered(body, why));
  }

  destroy() {
    this._poll.destroy();
  }

  _answered(body, why) {
    if (body) this._body = body;
    const state = part(this._root, "state");
    setClass(state, "guard__late", Boolean(why));
    if (!this._body) return setText(state, t("Runs cannot be had: {why}.", { why }));
    const at = `${formatTime(this._body.served, this._zone)} ${zoneName(this._body.served, this._zone)}`;
    setText(state, why
      ? `${t("Runs cannot be had: {why}.", { why })} ${t("Shown is what was known at {time}.", { time: at })}`
      : t("The last 100 runs of each job, at {time}.", { time: at }));
    if (body) this._draw(body);
  }

  _draw({ jobs, served }) {
    for (const [name, job] of Object.entries(jobs)) this._fill(name, job, served);
    const all = Object.entries(jobs).flatMap(([name, { newest }]) => newest.map((run) => [name, run]));
    all.sort(([, one], [, other]) => other.began - one.began);
    const list = all.slice(0, NEWEST).map(([name, run]) => this._run(name, run));
    part(this._root, "newest").replaceChildren(...list);
  }

  _fill(name, { runs, failed, p50, p95, max, newest }, served) {
    const cells = this._root.querySelectorAll(`[data-mw-job="${name}"] td`);
    if (!runs) {
      setText(cells[0], t("no run is known"));
      return;
    }
    const [last] = newest;
    const when = t("{time}, {age} ago", {
      time: formatTime(last.began, this._zone), age: formatAge(served - last.began),
    });
    const share = t("{n} of {all}", { n: failed, all: runs });
    const texts = [when, ...[last.took_ms, p50, p95, max].map(milliseconds), share];
    texts.forEach((text, at) => setText(cells[at], text));
    setClass(cells[5], "runs__failed", failed > 0);
    this._spark(cells[6], newest, name);
  }

  _spark(cell, newest, name) {
    const took = newest.map((run) => run.took_ms).reverse();
    const most = Math.max(...took, 1);
    const step = WIDTH / took.length;
    const bars = took.map((value, at) => {
      const high = Math.max(1, (HEIGHT * value) / most);
      return `M${(at * step + step / 2).toFixed(1)} ${HEIGHT}v${(-high).toFixed(1)}`;
    });
    cell.innerHTML = `<svg width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img"><path /></svg>`;
    cell.querySelector("path").setAttribute("d", bars.join(""));
    const text = t("{job}: {n} runs, oldest left, up to {ms} ms", {
      job: name, n: took.length, ms: milliseconds(most),
    });
    cell.firstChild.setAttribute("aria-label", text);
  }

  _run(name, { began, took_ms: took, text, worker, failed }) {
    const row = make("tr", "");
    const when = make("th", "", formatTime(began, this._zone));
    when.scope = "row";
    const told = failed ? t("Failed: {why}", { why: text }) : text;
    const result = make("td", failed ? "runs__result runs__failed" : "runs__result", told);
    const cells = [make("td", "", name), make("td", "", milliseconds(took)), result];
    row.append(when, ...cells, make("td", "", worker.slice(0, SHORT) || NO_VALUE));
    return row;
  }
}

function milliseconds(value) {
  return formatNumber(value, value < 10 ? 1 : 0);
}
