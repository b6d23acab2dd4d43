// One malfunction: cause in words, what to check first, evidence, what it costs, what was done.
import { button, fold, link, make } from "./alarm_dom.mjs";
import { costText, whenText } from "./alarm_words.mjs";
import { formatNumber, formatSpan } from "./format.mjs";
import { resolve } from "./malfunction_resolve.mjs";
import { setClass, setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

export class MalfunctionCard {
  /**
   * @param {{clock: object, settings: object, commands: object, causes: [string, string][]}} context
   * @param {boolean} compact on its extruder's own page
   */
  constructor(context, compact = false) {
    Object.assign(this, { _context: context, _compact: compact });
    this.element = make("article", `malfunction${compact ? " malfunction--compact" : ""}`);
    this._parts = {};
    for (const name of ["where", "cause", "check", "onset", "cost", "split", "done"]) {
      this._parts[name] = make(name === "cause" ? "h3" : "p", `malfunction__${name}`);
    }
    this._evidence = make("ul", "malfunction__evidence");
    this._why = fold("", "alarm-fold malfunction__why");
    // Where the screen is low, the alarms below matter more.
    this._why.element.open = innerHeight >= 1000;
    this._others = fold("", "alarm-fold malfunction__why");
    this._why.body.append(this._evidence, this._others.element);
    this._build();
  }

  /** @param {object} malfunction as GET /alarms tells it */
  update(malfunction) {
    this._malfunction = malfunction;
    const [first] = malfunction.causes;
    this._where(malfunction);
    setText(this._parts.cause, first ? likelyText(first) : t("Cause unclear"));
    setText(this._parts.check, first
      ? checkText(first) : t("Nothing fits well enough. Check: trends, then the extruder itself"));
    this._times(malfunction);
    this._costs(malfunction);
    this._explain(malfunction);
    this._stage(malfunction);
  }

  _build() {
    const { where, cause, check, onset, cost, split, done } = this._parts;
    this._acknowledge = button(t("Acknowledge"), () => this._act(), "button button--main");
    this._resolve = button(t("Resolve…"), () => this._resolveIt());
    const tools = make("div", "malfunction__tools");
    tools.append(this._acknowledge, this._resolve, done);
    const head = make("div", "malfunction__head");
    head.append(where, cost);
    this.element.append(head, cause, check, split, onset, this._why.element, tools);
  }

  /** Extruder and product; the link is made once, not every second. */
  _where({ extruder, extruder_name: name, product_name: product }) {
    if (!this._named) {
      const place = this._compact ? make("b", "", t("Malfunction")) : link(name, `/extruder/${extruder}`);
      this._product = make("span", "malfunction__product");
      this._parts.where.append(place, this._product);
    }
    this._named = true;
    setText(this._product, product ? ` · ${product}` : "");
  }

  _times({ onset, onset_early: early, ended }) {
    const zone = this._context.settings.timeZone;
    const now = this._context.clock.now();
    const minute = (ts) => whenText(ts, now, zone).slice(0, -3);
    const minutes = Math.floor(((ended ?? now) - onset) / 60_000);
    const span = minutes < 1 ? t("less than a minute") : formatSpan(minutes * 60_000);
    const began = early < onset - 30_000
      ? t("Began {time}, at the earliest {early}", { time: minute(onset), early: minute(early) })
      : t("Began {time}", { time: minute(onset) });
    const lasts = ended ? t("over at {time}, after {span}", { time: minute(ended), span }) : t("for {span}", { span });
    setText(this._parts.onset, `${began} · ${lasts}`);
  }

  _costs({ scrap, currency, ended }) {
    const state = scrap.final ? t("Lost") : ended ? t("Lost, still settling") : t("Lost so far");
    setText(this._parts.cost, costText(scrap, currency));
    const parts = [
      [t("out of spec"), scrap.out_of_spec_kg], [t("start-up"), scrap.start_up_kg], [t("purge"), scrap.purge_kg],
    ];
    const split = parts.filter(([, kg]) => kg > 0).map(([name, kg]) => `${name} ${formatNumber(kg, 1)}\u00a0kg`);
    const hours = scrap.hours >= 0.05 ? [`${formatNumber(scrap.hours, 1)}\u00a0h`] : [];
    setText(this._parts.split, [state, ...split, ...hours].join(" · "));
  }

  /** Written only when the ranking changed, so that a fold stays open. */
  _explain({ causes, seen = [], nelson = "" }) {
    const key = JSON.stringify([causes, seen, nelson]);
    if (key === this._explained) return;
    this._explained = key;
    const [first, ...others] = causes;
    const evidence = first?.evidence ?? [];
    this._why.element.hidden = !causes.length && !seen.length;
    setText(this._why.head, first ? whyText(evidence) : t("Seen: {n}", { n: seen.length }));
    const lines = first ? evidence.map(observation) : seen.map((text) => make("li", "", t(text)));
    this._evidence.replaceChildren(...lines, ...(nelson ? [make("li", "malfunction__nelson", nelson)] : []));
    this._others.element.hidden = !others.length;
    setText(this._others.head, plural("{n} other possible cause", "{n} other possible causes", others.length));
    this._others.body.replaceChildren(...others.map(other));
  }

  _stage(malfunction) {
    const { id, stage } = malfunction;
    const saving = this._context.commands.saving.has(id);
    this._acknowledge.hidden = stage !== "open";
    this._resolve.hidden = stage === "resolved";
    this._acknowledge.disabled = this._resolve.disabled = saving;
    setText(this._parts.done, saving ? t("saving…") : this._doneText(malfunction));
    setClass(this.element, "malfunction--open", stage === "open");
    setClass(this.element, "malfunction--over", Boolean(malfunction.ended) || stage === "resolved");
  }

  _doneText({ stage, who, acknowledged_at, resolved_at, cause_found, action, note }) {
    const now = this._context.clock.now();
    const when = (ts) => (ts ? ` ${whenText(ts, now, this._context.settings.timeZone).slice(0, -3)}` : "");
    if (stage === "open") return "";
    if (stage === "acknowledged") return t("Acknowledged by {who}", { who }) + when(acknowledged_at);
    const cause = this._context.causes.find(([name]) => name === cause_found)?.[1] ?? cause_found;
    const said = [t("cause: {cause}", { cause: t(cause) }), t("done: {action}", { action }), note];
    return [t("Resolved by {who}", { who }) + when(resolved_at), ...said].filter(Boolean).join(" · ");
  }

  async _act() {
    const { id, extruder_name: name } = this._malfunction;
    const fields = { action: "acknowledge_malfunction", malfunction: id };
    await this._context.commands.send(t("Acknowledge the malfunction of {name}", { name }), fields);
  }

  async _resolveIt() {
    await resolve(this._malfunction, this._context);
  }
}

function likelyText({ label, likelihood }) {
  return `${t(label)} · ${t("{percent} % likely", { percent: Math.round(100 * likelihood) })}`;
}

function checkText({ check }) {
  return t("Check: {what}", { what: t(check) });
}

function whyText(evidence) {
  const supporting = evidence.filter(({ supports }) => supports).length;
  return t("Why: {n} for, {m} against", { n: supporting, m: evidence.length - supporting });
}

function observation({ text, supports }) {
  const item = make("li", supports ? "malfunction__for" : "malfunction__against");
  item.append(make("b", "", supports ? t("For: ") : t("Against: ")), t(text));
  return item;
}

function other(cause) {
  const element = make("div", "malfunction__other");
  const list = make("ul", "malfunction__evidence");
  list.append(...cause.evidence.map(observation));
  element.append(make("b", "", likelyText(cause)), make("p", "", checkText(cause)), list);
  return element;
}
