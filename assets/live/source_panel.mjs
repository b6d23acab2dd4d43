// One source: its state, its figures, what is wrong with it, and its addresses.
import { link, make } from "./alarm_dom.mjs";
import { formatAge, formatNumber, formatTime, isoTime, zoneName } from "./format.mjs";
import { askToMap } from "./source_map.mjs";
import { AddressList } from "./source_addresses.mjs";
import { mayWork, post } from "./source_post.mjs";
import { TestPart } from "./source_test.mjs";
import { setClass, setText } from "./text.mjs";
import { grouped, plural, t } from "./words.mjs";

/** Ingest tells every 2 s: after this long it does not. */
const OLD_MS = 10_000;
const FACTS = [
  t("Rate"), t("Last reading"), t("Lag"), t("Readings since start"), t("Waiting for the store"), t("Lost"),
];

export class SourcePanel {
  constructor(name, words, context) {
    Object.assign(this, { _name: name, _words: words, _zone: context.settings.timeZone, _state: null });
    this.element = make("section", "panel source");
    this._build();
  }

  destroy() {
    this._test.destroy();
    this._unmapped.destroy();
    this._mapped.destroy();
  }

  update(state, { old, served }) {
    this._state = state;
    this._served = served;
    const late = served - state.told_ms > OLD_MS;
    setClass(this.element, "source--old", old || late);
    this._condition(state, late);
    this._facts(state);
    this._notes(state);
    this._findings.show(state.findings.map((one) => this._finding(one)));
    this._rejects.show(state.rejects.map((one) => this._reject(one)));
    this._test.show(state.kind !== "simulator" && mayWork());
    const addresses = state.kind !== "simulator";
    this._unmapped.update(state.unmapped, addresses);
    this._mapped.update(state.mapped, addresses);
  }

  _build() {
    const title = make("h2", "", this._name);
    title.id = `source-${this._name}`;
    this.element.setAttribute("aria-labelledby", title.id);
    this._kind = make("span", "chip");
    this._mark = make("span", "source__mark");
    this._since = make("span", "source__since");
    const head = make("div", "source__head");
    head.append(title, this._kind, this._mark, this._since);
    this._detail = make("p", "source__detail");
    this._store = make("p", "source__store");
    this._test = new TestPart(this._name);
    this._findings = new Lines(t("Findings: readings of these signals are marked as uncertain"));
    this._rejects = new Lines(t("Not taken"));
    this.element.append(head, this._detail, this._store, this._figures(), this._test.element);
    this.element.append(this._findings.element, this._rejects.element, ...this._addresses());
  }

  _figures() {
    const list = make("dl", "source__facts");
    this._values = FACTS.map((name) => {
      const pair = make("div", "source__fact");
      const value = make("dd", "", "—");
      pair.append(make("dt", "", name), value);
      list.append(pair);
      return value;
    });
    return list;
  }

  _addresses() {
    const actions = { map: (row) => this._map(row), unmap: (row) => this._unmap(row) };
    this._unmapped = new AddressList(this._name, "unmapped", this._zone, actions);
    this._mapped = new AddressList(this._name, "mapped", this._zone, actions);
    this._done = make("p", "source__done");
    this._done.setAttribute("role", "status");
    return [this._done, this._unmapped.element, this._mapped.element];
  }

  _condition(state, late) {
    const [sign, word, weight] = this._words.conditions[state.condition];
    this._mark.dataset.weight = late ? "old" : weight;
    setText(this._mark, late ? t("? {state}, as last told", { state: word }) : `${sign} ${word}`);
    this._mark.title = this._words.meanings[state.condition];
    setText(this._since, t("since {time}, {age} ago", this._times(state.since_ms)));
    setText(this._kind, state.kind);
    const said = late
      ? t("Ingest has told nothing since {time}: does it run?", { time: this._when(state.told_ms) })
      : this._said(state);
    setText(this._detail, said);
    setClass(this._detail, "source__detail--wrong", late || weight === "highhigh");
  }

  _said({ condition, detail, address }) {
    const where = address ? ` · ${address}` : "";
    return `${detail || this._words.meanings[condition]}${where}`;
  }

  _facts(state) {
    const last = state.last_ms === null ? t("none yet") : t("{time}, {age} ago", this._times(state.last_ms));
    const lag = state.lag_ms === null
      ? "—"
      : t("median {median}, p95 {p95}", { median: span(state.lag_ms), p95: span(state.lag_p95_ms) });
    const lost = state.lost_rows ? rows(state.lost_rows) : t("none");
    const texts = [`${rate(state.rate)} /s`, last, lag, grouped(state.readings), this._waiting(state), lost];
    this._values.forEach((value, at) => setText(value, texts[at]));
    setClass(this._values[5], "source__bad", state.lost_rows > 0);
  }

  _waiting({ waiting_rows: count, waiting_since_ms: since }) {
    if (!count) return t("nothing");
    if (since === null) return rows(count);
    return t("{rows} since {time}", { rows: rows(count), time: this._when(since) });
  }

  _notes(state) {
    setText(this._store, state.store ? t("The store takes nothing: {why}", { why: state.store }) : "");
    this._store.hidden = !state.store;
  }

  _finding({ extruder, extruder_name: name, label, signal, check, why, since_ms: since }) {
    const item = make("li", "source__line");
    const mark = make("b", "", `▲ ${this._words.checks[check] ?? check}`);
    const where = link(`${name}, ${t(label)}`, `/extruder/${extruder}`);
    const text = make("span", "source__why", t("{why}; since {time}, {age} ago", {
      why: why.replace(/\.$/, ""), ...this._times(since),
    }));
    item.append(mark, where, text);
    return { key: `${check}|${extruder}|${signal}|${since}`, item, text };
  }

  _reject({ reason, count, last_ms: last, sample }) {
    const item = make("li", "source__line");
    const text = make("span", "source__why", plural(
      "once, at {time}, {age} ago", "{n} times, last at {time}, {age} ago", count, this._times(last),
    ));
    item.append(make("b", "", reason), text);
    if (sample) {
      const block = make("code", "source__sample", sample);
      block.tabIndex = 0;
      block.setAttribute("aria-label", t("The newest example"));
      item.append(block);
    }
    return { key: `${reason}|${sample}`, item, text };
  }

  async _map(row) {
    const mapped = await askToMap(this._name, row, this._state.extruders);
    if (!mapped) return;
    const { address, extruder, name } = mapped;
    const text = t("✓ {address} is mapped; its next reading is on {extruder}.", { address });
    const [before, after] = text.split("{extruder}");
    this._done.replaceChildren(before, link(name, `/extruder/${extruder}`), after);
    this._reload();
  }

  async _unmap(row) {
    const error = await post("unmap", { source: this._name, address: row.address });
    if (error) return error;
    setText(this._done, t("✓ {address} is no longer mapped.", { address: row.address }));
    this._reload();
    return "";
  }

  _reload() {
    this._unmapped.reload();
    this._mapped.reload();
  }

  _times(ts) {
    return { time: this._when(ts), age: formatAge(this._served - ts) };
  }

  /** With the day, if it is not today's. */
  _when(ts) {
    const day = isoTime(ts, this._zone).slice(0, 10);
    const today = isoTime(this._served, this._zone).slice(0, 10);
    return `${day === today ? "" : `${day} `}${formatTime(ts, this._zone)} ${zoneName(ts, this._zone)}`;
  }
}

/** A heading with lines, absent without any; a line stays the same element while only its age changes. */
class Lines {
  constructor(title) {
    this.element = make("div", "source__lines");
    this.element.hidden = true;
    this._list = make("ul", "");
    this._shown = new Map();
    this.element.append(make("h3", "", title), this._list);
  }

  show(lines) {
    this.element.hidden = !lines.length;
    const kept = lines.map((line) => {
      const before = this._shown.get(line.key);
      if (before) setText(before.text, line.text.textContent);
      return before ?? line;
    });
    const items = kept.map(({ item }) => item);
    if (items.length !== this._list.children.length || items.some((one, at) => this._list.children[at] !== one)) {
      this._list.replaceChildren(...items);
    }
    this._shown = new Map(kept.map((line) => [line.key, line]));
  }
}

function rows(count) {
  return plural("{n} row", "{n} rows", count);
}

function rate(perSecond) {
  return perSecond >= 100 ? grouped(Math.round(perSecond)) : formatNumber(perSecond, 1);
}

/** A lag may be negative: then the source's clock is ahead of ours. */
function span(ms) {
  return Math.abs(ms) < 1000 ? `${formatNumber(ms, 0)} ms` : `${formatNumber(ms / 1000, 1)} s`;
}
