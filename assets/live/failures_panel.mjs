// The panel Failed jobs: why each failed; runs them again or discards them.
import { Poll } from "./alarm_poll.mjs";
import { button, make } from "./alarm_dom.mjs";
import { formatAge, formatTime, zoneName } from "./format.mjs";
import { part, setClass, setText } from "./text.mjs";
import { postJson } from "./posting.mjs";
import { plural, t } from "./words.mjs";

const POLL_MS = 3000;
const TIMEOUT_MS = 8000;
/** A second click within this time discards all. */
const ARMED_MS = 4000;
const ADDRESS = "/system/failures";

export class FailuresPanel {
  constructor(root, context) {
    Object.assign(this, { _root: root, _zone: context.settings.timeZone, _first: 0, _body: null });
    this._again = JSON.parse(part(root, "list").dataset.mwAgain);
    this._rows = new Map();
    this._stop = new AbortController();
    this._on("run-all", () => this._do("run", "all"));
    this._on("discard-all", () => this._discardAll());
    this._on("newer", () => this._turn(-1));
    this._on("older", () => this._turn(1));
    this._listen();
  }

  destroy() {
    this._poll.destroy();
    this._stop.abort();
    clearTimeout(this._armed);
  }

  _on(name, act) {
    part(this._root, name).addEventListener("click", act, { signal: this._stop.signal });
  }

  /** Asks at once, and then now and then. */
  _listen() {
    this._poll?.destroy();
    const url = `${ADDRESS}?from=${this._first}`;
    this._poll = new Poll(url, POLL_MS, (body, why) => this._answered(body, why));
  }

  _turn(by) {
    this._first = Math.max(0, this._first + by * this._body.page);
    this._listen();
  }

  _answered(body, why) {
    if (body && this._first && this._first >= body.total) {
      this._first = 0; // the page that was shown is no more
      this._listen();
      return;
    }
    if (body) this._body = body;
    this._tell(part(this._root, "state"), why);
    if (this._body) this._draw(this._body, why);
  }

  _tell(state, why) {
    setClass(state, "guard__late", Boolean(why));
    setText(state, this._state(why));
  }

  _state(why) {
    const lost = why && t("Failed jobs cannot be had: {why}.", { why });
    if (!this._body) return lost;
    const time = this._at(this._body.served);
    if (why) return `${lost} ${t("Shown is what was known at {time}.", { time })}`;
    const { total } = this._body;
    if (!total) return t("No job has failed in the last minutes, at {time}.", { time });
    return plural("{n} failed job is kept, at {time}.", "{n} failed jobs are kept, at {time}.", total, { time });
  }

  _draw({ jobs, total, first, page }, why) {
    for (const name of ["run-all", "discard-all"]) part(this._root, name).disabled = !total || Boolean(why);
    const rows = jobs.map((job) => this._row(job));
    const list = part(this._root, "list");
    if (rows.some((row, at) => list.children[at] !== row.element) || list.children.length !== rows.length) {
      list.replaceChildren(...rows.map((row) => row.element));
    }
    for (const id of this._rows.keys()) if (!jobs.some((job) => job.id === id)) this._rows.delete(id);
    part(this._root, "paging").hidden = total <= page;
    setText(part(this._root, "pages"), t("{first} to {last} of {all}", {
      first: first + 1, last: first + jobs.length, all: total,
    }));
    part(this._root, "newer").disabled = !first;
    part(this._root, "older").disabled = first + page >= total;
  }

  /** A row stays the same element: who reads a traceback, or is on a button, stays there. */
  _row(job) {
    const row = this._rows.get(job.id) ?? this._newRow(job);
    this._rows.set(job.id, row);
    setText(row.when, job.ended === null ? t("time not known") : t("{time}, {age} ago", {
      time: formatTime(job.ended, this._zone), age: formatAge(this._body.served - job.ended),
    }));
    setText(row.cause, job.cause);
    return row;
  }

  _newRow(job) {
    const element = make("li", "failures__job");
    const when = make("span", "failures__when");
    const cause = make("span", "failures__cause");
    const help = this._again[job.kind];
    const run = button(t("Run again"), () => this._do("run", [job.id]));
    run.disabled = !help;
    const text = help ?? t("This is no job of Meltwatch, or its text cannot be read: it can only be discarded.");
    run.title = text;
    const actions = make("span", "failures__actions");
    actions.append(run, button(t("Discard"), () => this._do("discard", [job.id])));
    element.append(make("b", "failures__name", nameOf(job)), when, actions, cause);
    element.append(make("span", "failures__help", text), this._traceback(job.id));
    return { element, when, cause };
  }

  _traceback(id) {
    const details = make("details", "failures__traceback");
    const text = make("pre", "guard__mend", t("Loading …"));
    text.tabIndex = 0;
    details.append(make("summary", "", t("Traceback")), text);
    details.addEventListener("toggle", () => details.open && this._load(id, text));
    return details;
  }

  async _load(id, place) {
    const { body, error } = await ask(`${ADDRESS}/${encodeURIComponent(id)}`);
    place.textContent = error || body.traceback || t("RQ has kept no traceback.");
  }

  _discardAll() {
    const all = part(this._root, "discard-all");
    clearTimeout(this._armed);
    if (all.dataset.armed) {
      disarm(all);
      this._do("discard", "all");
      return;
    }
    all.dataset.armed = "yes";
    all.textContent = t("Click again to discard all");
    this._armed = setTimeout(() => disarm(all), ARMED_MS);
  }

  async _do(what, ids) {
    const said = part(this._root, "said");
    setText(said, "…");
    const { body, error } = await ask(`${ADDRESS}/${what}`, { ids });
    setText(said, error ? t("Not done: {why}", { why: error }) : doneText(what, body.done.length));
    if (!this._stop.signal.aborted) this._listen();
  }

  _at(ts) {
    return `${formatTime(ts, this._zone)} ${zoneName(ts, this._zone)}`;
  }
}

function disarm(all) {
  delete all.dataset.armed;
  all.textContent = t("Discard all");
}

function doneText(what, count) {
  if (!count) return t("Nothing done: not among the failed jobs any more.");
  return what === "run"
    ? plural("{n} job in the queue again.", "{n} jobs in the queue again.", count)
    : plural("{n} job discarded.", "{n} jobs discarded.", count);
}

function nameOf({ kind, id, arguments: given }) {
  if (kind === "refresh" || kind === "rebuild") {
    return t("{job} of shard {shard}", { job: kind, shard: given[0] });
  }
  return kind || id;
}

/** GET, or POST of a body. @returns {Promise<{body?: object, error?: string}>} */
async function ask(url, body = undefined) {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    const answer = await (body ? postJson(url, body, signal) : fetch(url, { signal }));
    const said = await answer.json().catch(() => ({}));
    if (answer.ok) return { body: said };
    return { error: said.error || t("the server answered {status}", { status: answer.status }) };
  } catch {
    return { error: t("the server does not answer") };
  }
}
