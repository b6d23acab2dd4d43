// The panel Pipeline: each stage with its state, last success, backlog and error.
import { Poll } from "./alarm_poll.mjs";
import { formatAge, formatTime, NO_VALUE, zoneName } from "./format.mjs";
import { part, setText } from "./text.mjs";
import { t } from "./words.mjs";

const POLL_MS = 2000;
const WELL = "ok";

export class PipelinePanel {
  constructor(root, context) {
    Object.assign(this, { _root: root, _zone: context.settings.timeZone, _body: null, _at: 0 });
    this._states = JSON.parse(root.querySelector("[data-mw-states]").dataset.mwStates);
    this._poll = new Poll("/system/pipeline", POLL_MS, (body, why) => this._answered(body, why));
  }

  destroy() {
    this._poll.destroy();
  }

  _answered(body, why) {
    if (body) Object.assign(this, { _body: body, _at: performance.now() });
    const stages = why ? this._withoutWeb(why) : [...this._body.stages, this._browser()];
    for (const stage of stages) this._draw(stage);
    setText(part(this._root, "state"), this._summary(stages));
  }

  /** What the server would say now, by the time since it answered. */
  _now() {
    return this._body ? this._body.served + performance.now() - this._at : NaN;
  }

  _browser() {
    return { name: "browser", state: WELL, words: t("Shows what the web process says"), last: this._body.served };
  }

  /** Of what is behind a silent web process nothing is known: no zeros, no old figures. */
  _withoutWeb(why) {
    const last = this._body?.served ?? null;
    const words = last === null
      ? t("Not known since this page was opened")
      : t("Not known since {time}", { time: this._time(last) });
    const behind = ["ingest", "store", "workers", "redis"].map((name) => ({
      name, state: "unknown", words, last: null,
    }));
    const web = { name: "web", state: "failed", words: t("Does not answer"), last, error: why };
    return [...behind, web, { name: "browser", state: "late", words: t("Gets no answers"), last }];
  }

  _draw(stage) {
    const box = this._root.querySelector(`[data-mw-stage="${stage.name}"]`);
    const [sign, word] = this._states[stage.state];
    if (box.dataset.state !== stage.state) {
      box.dataset.state = stage.state;
      const mark = element("span", "pipeline__sign", sign);
      mark.setAttribute("aria-hidden", "true");
      part(box, "stage-state").replaceChildren(mark, ` ${word}`);
    }
    setText(part(box, "words"), this._words(stage));
    setText(part(box, "last"), this._last(stage.last));
    setText(part(box, "backlog"), stage.backlog || NO_VALUE);
    part(box, "error").hidden = !stage.error;
    setText(part(box, "error"), stage.error ?? "");
    this._lines(part(box, "lines"), stage.lines ?? []);
  }

  _words({ words, state }) {
    if (state !== "unknown" || words !== "Not known") return t(words);
    const { known, started } = this._body;
    return known === null
      ? t("Not known since this web process started, {time}", { time: this._time(started) })
      : t("Not known since {time}", { time: this._time(known) });
  }

  _last(ts) {
    if (ts === null) return NO_VALUE;
    return t("{time}, {age} ago", { time: this._time(ts), age: formatAge(this._now() - ts) });
  }

  /** In place: what somebody marks to copy stays marked. */
  _lines(list, lines) {
    while (list.children.length > lines.length) list.lastChild.remove();
    lines.forEach((line, at) => {
      const item = list.children[at] ?? list.appendChild(element("li", "pipeline__line"));
      item.dataset.state = line.state;
      const sign = line.state === WELL ? "" : `${this._states[line.state][0]} `;
      setText(item, `${sign}${t(line.text)}${line.last === null ? "" : ` · ${this._ago(line.last)}`}`);
    });
  }

  _ago(ts) {
    return t("{age} ago", { age: formatAge(this._now() - ts) });
  }

  _summary(stages) {
    const bad = stages.filter(({ state }) => state !== WELL);
    const served = this._body?.served;
    const time = served && `${this._time(served)} ${zoneName(served, this._zone)}`;
    if (!bad.length) return t("All stages do well, as of {time}. Arrows are the way of a reading.", { time });
    const names = bad.map(({ name }) => this._title(name)).join(", ");
    const told = { n: bad.length, all: stages.length, names, time };
    return time
      ? t("{n} of {all} stages need a look: {names}, as of {time}.", told)
      : t("{n} of {all} stages need a look: {names}.", told);
  }

  _title(name) {
    return this._root.querySelector(`[data-mw-stage="${name}"] h3`).firstChild.textContent;
  }

  _time(ts) {
    return formatTime(ts, this._zone);
  }
}

function element(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
