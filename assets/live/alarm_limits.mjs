// The tab Limits: try other limits on what was, then put them in force.
import { ask, mustBeFilled } from "./alarm_dialog.mjs";
import { button, field, input, make, select } from "./alarm_dom.mjs";
import { comparison, replay, ReplayProgress } from "./alarm_replay.mjs";
import { request } from "./feed.mjs";
import { setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

const DAYS = [1, 2, 3, 4, 5, 6, 7];
/** Fields of Limits (data/extruders.py) that can be tried; "unit" stands for the signal's. */
const FIELDS = [
  ["ll", "LL", "unit"], ["l", "L", "unit"], ["h", "H", "unit"], ["hh", "HH", "unit"],
  ["deadband", t("Deadband"), "unit"], ["on_delay_s", t("On delay"), "s"], ["off_delay_s", t("Off delay"), "s"],
];
const NOT_NEGATIVE = new Set(["deadband", "on_delay_s", "off_delay_s"]);

export class LimitsTab {
  constructor(host, context, view, extruders) {
    Object.assign(this, { _context: context, _view: view });
    this._stop = new AbortController();
    const wanted = view.filters.extruder || String(extruders[0][0]);
    this._extruder = select(extruders.map(([id, name]) => [String(id), name]), wanted, () => this._load());
    this._signal = select([], "", () => this._fill());
    this._product = select([], "", () => this._fill());
    this._days = select(DAYS.map((n) => [String(n), plural("last day", "last {n} days", n)]), "1");
    this._inputs = Object.fromEntries(FIELDS.map(([name]) => [name, this._number(name)]));
    this._say = make("p", "alarm-empty", t("Loading …"));
    this._progress = new ReplayProgress();
    this._result = make("div", "");
    host.append(this._form(), this._say, this._progress.element, this._result);
    this._load();
  }

  destroy() {
    this._stop.abort();
  }

  update() {}

  _form() {
    const form = make("form", "limits-form");
    form.noValidate = true;
    form.append(
      this._row(
        [t("Extruder"), this._extruder], [t("Signal"), this._signal],
        [t("Product"), this._product], [t("Tried on"), this._days],
      ),
      this._fields(),
      this._tools(),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._try();
    });
    return form;
  }

  _row(...pairs) {
    const row = make("div", "limits-form__row");
    row.append(...pairs.map(([name, control]) => field(name, control)));
    return row;
  }

  _fields() {
    const row = make("div", "limits-form__row limits-form__row--numbers");
    this._units = [];
    for (const [name, label, unit] of FIELDS) {
      const element = field(label, this._inputs[name]);
      const text = make("span", "unit", unit === "unit" ? "" : unit);
      if (unit === "unit") this._units.push(text);
      element.firstChild.append(" ", text);
      row.append(element);
    }
    return row;
  }

  _tools() {
    const tools = make("div", "limits-form__row");
    this._run = make("button", "button button--main", t("Replay"));
    this._force = button(t("Put in force…"), () => this._putInForce());
    tools.append(this._run, this._force, button(t("As in force now"), () => this._fill()));
    return tools;
  }

  _number(name) {
    const element = input({ type: "number", step: "any", inputMode: "decimal" }, () => this._changed());
    const setting = NOT_NEGATIVE.has(name);
    element.placeholder = setting ? t("default") : t("none");
    if (setting) element.min = "0";
    return element;
  }

  /** Signals, products and limits of the chosen extruder. */
  async _load() {
    this._stop.abort();
    this._stop = new AbortController();
    const { signal } = this._stop;
    setText(this._say, t("Loading …"));
    try {
      const body = await (await request(`/catalogue/${this._extruder.value}`, signal)).json();
      if (!signal.aborted) this._loaded(body);
    } catch (error) {
      if (!signal.aborted) setText(this._say, t("Limits cannot be had: {why}.", { why: error.message }));
    }
  }

  _loaded({ extruder, products }) {
    this._catalogue = extruder;
    const measured = extruder.signals.filter(({ states }) => !Object.keys(states ?? {}).length);
    options(this._signal, measured.map(({ name, label, unit }) => [name, unit ? `${t(label)} [${t(unit)}]` : t(label)]));
    const names = Object.fromEntries(products.map(({ code, name }) => [String(code), name]));
    const codes = Object.keys(extruder.limits);
    options(this._product, (codes.length ? codes : ["0"]).map((code) => [code, names[code] ?? t("Any product")]));
    this._fill();
  }

  /** The limits in force, into the form. */
  _fill() {
    if (!this._catalogue) return;
    const about = this._about();
    const limits = this._limits();
    for (const text of this._units) setText(text, about ? t(about.unit) : "");
    for (const [name] of FIELDS) this._inputs[name].value = limits[name] ?? "";
    this._result.replaceChildren();
    this._changed();
  }

  _about() {
    return this._catalogue.signals.find(({ name }) => name === this._signal.value);
  }

  _limits() {
    return this._catalogue.limits[this._product.value]?.[this._signal.value] ?? {};
  }

  /** What a person wrote; an empty field is no limit, or the default. */
  _wanted() {
    const number = (text) => (text.trim() === "" ? null : Number(text));
    const edited = Object.fromEntries(FIELDS.map(([name]) => [name, number(this._inputs[name].value)]));
    const { set_value: set, latching, re_alarm_s: again } = this._limits();
    return { set_value: set ?? null, latching: latching ?? null, re_alarm_s: again ?? null, ...edited };
  }

  _changed() {
    const wrong = this._wrong();
    const same = FIELDS.every(([name]) => (this._limits()[name] ?? null) === this._wanted()[name]);
    const state = same ? t("These limits are in force. Change them and replay.") : t("Changed, not in force.");
    setText(this._say, wrong || state);
    this._run.disabled = Boolean(wrong) || Boolean(this._busy);
    this._force.disabled = Boolean(wrong) || same;
  }

  /** @returns {string} what is wrong with the limits; empty if nothing */
  _wrong() {
    if (FIELDS.some(([name]) => !this._inputs[name].checkValidity())) {
      return t("Delays and deadband cannot be negative.");
    }
    const { ll, l, h, hh } = this._wanted();
    const set = [["LL", ll], ["L", l], ["H", h], ["HH", hh]].filter(([, value]) => value !== null);
    const at = set.findIndex(([, value], index) => index > 0 && value <= set[index - 1][1]);
    return at < 0 ? "" : t("{one} must be above {other}.", { one: set[at][0], other: set[at - 1][0] });
  }

  async _try() {
    if (this._busy || this._wrong()) return;
    const { signal } = this._stop;
    this._busy = true;
    this._changed();
    this._result.replaceChildren();
    try {
      const result = await replay(this._order(), (state, share) => this._progress.show(state, share), signal);
      this._result.replaceChildren(comparison(result, this._context.settings.timeZone));
    } catch (error) {
      if (!signal.aborted) {
        const text = t("Not replayed: {why}", { why: error.message });
        this._result.replaceChildren(make("p", "alarm-error", text));
      }
    }
    this._busy = false;
    this._progress.hide();
    if (this._catalogue) this._changed();
  }

  _order() {
    return { ...this._target(), days: Number(this._days.value), limits: this._wanted() };
  }

  _target() {
    return {
      extruder: Number(this._extruder.value), signal: this._signal.value, product: Number(this._product.value),
    };
  }

  async _putInForce() {
    const reason = mustBeFilled(input({ maxLength: 2000 }));
    const about = { signal: t(this._about().label), extruder: this._extruder.selectedOptions[0].text };
    const confirmed = await ask({
      title: t("Put these limits in force: {signal} of {extruder}", about),
      text: t("For {product}. The change is recorded with your name and reason.", {
        product: this._product.selectedOptions[0].text,
      }),
      controls: [this._difference(), field(t("Reason"), reason)],
      confirm: t("Put in force"),
    });
    if (!confirmed) return;
    const fields = { action: "set_limits", ...this._target(), limits: this._wanted(), comment: reason.value.trim() };
    const what = t("Limits of {signal} of {extruder}", about);
    if (await this._context.commands.send(what, fields)) setTimeout(() => this._load(), 1500);
  }

  /** What changes, from and to. */
  _difference() {
    const [before, after] = [this._limits(), this._wanted()];
    const list = make("ul", "limits-form__changes");
    for (const [name, label] of FIELDS) {
      if ((before[name] ?? null) === after[name]) continue;
      list.append(make("li", "", `${label}: ${before[name] ?? t("none")} → ${after[name] ?? t("none")}`));
    }
    return list;
  }
}

function options(element, choices) {
  const chosen = element.value;
  element.replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
  if (choices.some(([value]) => value === chosen)) element.value = chosen;
}
