// One card of the Plant page: figures, moving indicators, the worst deviation, a sparkline.
import { CardAlarms } from "./alarm_card.mjs";
import { formatAge, formatNumber } from "./format.mjs";
import { andMore, deviation, JOB, JOB_WORDS, QUALITY_WORDS, SIGNS } from "./limits.mjs";
import { sparkline } from "./sparkline.mjs";
import { part, setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

/** How long a card keeps its place after its deviation ended: longer than a surge's period. */
const HOLD_MS = 60_000;

const GROUPS = { [JOB.PRODUCTION]: "production", [JOB.START_UP]: "startup", [JOB.NO_JOB]: "stopped" };

export class PlantCard {
  constructor(element, clock, settings) {
    this.element = element;
    this._clock = clock;
    this._settings = settings;
    this._about = JSON.parse(element.dataset.mwCard);
    this.id = this._about.id;
    this._summary = null;
    this._lost = false;
    this._held = { need: 0, until: -Infinity, text: "", at: 0 };
    this._parts = Object.fromEntries(
      ["state", "product", "age", "worst", "headline", "spark"].map((name) => [name, part(element, name)]),
    );
    this._alarms = new CardAlarms(element, this._about);
    this._brief = !element.closest(".cards--roomy");
    this._indicators = [...element.querySelectorAll(".indicator")];
  }

  /** @param {object} summary as data/attention.py makes it */
  update(summary) {
    this._summary = summary;
    setClass(this.element, "card--loading", false);
    setText(this._parts.product, summary.product_name || t("no product"));
    this._limits = this._about.limits[summary.product] ?? this._about.limits[0] ?? [];
    this._alarms.update(summary);
    summary.gauges.forEach((value, index) => this._figure(index, value, summary.quality[index]));
    this.tick();
  }

  /** What grows by itself: age and silence. `lost`: it is Meltwatch that has no news. */
  tick(lost = this._lost) {
    const summary = this._summary;
    if (!summary) return;
    this._lost = lost;
    const silent = this._silent();
    this._hold(silent);
    this._writeWorst(silent);
    setText(this._parts.age, t("{age} old", { age: formatAge(Math.max(0, this._clock.now() - summary.head)) }));
    const unheard = lost ? t("Not updating") : t("No readings");
    const state = silent ? unheard : (JOB_WORDS[summary.job] ?? t("No job data"));
    setText(this._parts.state, state);
    const normal = !silent && (summary.job === JOB.PRODUCTION || summary.job === null);
    this._parts.product.dataset.state = normal ? "" : `${state} · `;
    setClass(this.element, "card--silent", silent);
    setClass(this.element, "card--high", !silent && summary.severity === 1);
    setClass(this.element, "card--highhigh", !silent && summary.severity === 2);
    setClass(this.element, "card--bad", !silent && summary.bad > 0);
    setClass(this.element, "card--suppressed", summary.suppressed);
  }

  /** Greater needs attention sooner; held for a while, so that a swinging signal stays put. */
  need() {
    return Math.max(this._held.need, this._alarms.need);
  }

  _needNow(silent) {
    const summary = this._summary;
    if (silent) return 50;
    if (summary.severity) return 20 + 20 * summary.severity;
    if (summary.bad) return 30;
    return { [JOB.NO_JOB]: 15, [JOB.START_UP]: 10 }[summary.job] ?? 0;
  }

  _hold(silent) {
    const need = this._needNow(silent);
    const now = performance.now();
    if (need >= this._held.need || now > this._held.until) {
      this._held = { need, until: now + HOLD_MS, text: this._worstTexts()[1], at: now };
    }
  }

  _writeWorst(silent) {
    const [full, brief] = this._worstTexts();
    const calmed = !silent && this._held.need >= 30 && Math.max(this._needNow(silent), this._alarms.need) < 30;
    const age = formatAge(performance.now() - this._held.at);
    const was = t("was {what}, {age} ago", { what: this._held.text, age });
    const text = calmed ? was : this._brief ? brief : full;
    setText(this._parts.worst, silent ? t("last known: {what}", { what: brief }) : text);
    if (this._parts.worst.title !== full) this._parts.worst.title = full;
    setClass(this.element, "card--calmed", calmed);
  }

  needsAttention() {
    return this._summary !== null && this.need() >= 30;
  }

  group() {
    if (!this._summary || this._silent()) return "silent";
    return GROUPS[this._summary.job] ?? "unknown";
  }

  drawSpark(line) {
    if (this._parts.spark) sparkline(this._parts.spark, line, this._about.gauges[0], this._settings);
  }

  _silent() {
    return this._clock.now() - this._summary.head > this._settings.staleAfterMs;
  }

  /** What is wrong in full, and in the few words that a small card has room for. */
  _worstTexts() {
    const { worst, bad, bad_first: first } = this._summary;
    if (worst) {
      const [label, unit, decimals] = this._about.signals[worst.slot];
      const what = `${SIGNS[worst.limit]} ${label}`;
      const number = (x) => formatNumber(x, decimals);
      const full = `${what} ${number(worst.value)} ${unit} · ${worst.limit} ${number(worst.bound)}`;
      return [full, `${SIGNS[worst.limit]} ${number(worst.value)} ${unit} ${label}`];
    }
    if (first) {
      const what = `? ${this._about.signals[first[0]][0]}`;
      const texts = [`${what}: ${QUALITY_WORDS[first[1]]}`, t("{what} bad", { what })];
      return texts.map((text) => andMore(text, bad - 1));
    }
    const calm = this._summary.suppressed ? t("limits suppressed") : t("within limits");
    return this._limits.length ? [calm, calm] : [t("no limits set"), t("no limits set")];
  }

  _figure(index, value, quality) {
    const gauge = this._about.gauges[index];
    const text = value === null ? "—" : formatNumber(value, gauge.decimals);
    const indicator = this._indicators[index];
    if (!indicator) {
      setText(this._parts.headline, text);
      return;
    }
    const number = indicator.querySelector(".indicator__value");
    setText(number, text);
    number.title = QUALITY_WORDS[quality] ?? "";
    this._move(indicator, gauge, value, index);
  }

  _move(indicator, gauge, value, index) {
    const limits = this._limits[index];
    const past = this._summary.suppressed ? null : deviation(value, limits);
    const at = (x) => Math.min(100, Math.max(0, (100 * (x - gauge.low)) / (gauge.high - gauge.low)));
    indicator.style.setProperty("--at", `${value === null ? 0 : at(value)}%`);
    indicator.style.setProperty("--from", `${at(limits?.l ?? gauge.low)}%`);
    indicator.style.setProperty("--to", `${at(limits?.h ?? gauge.high)}%`);
    setClass(indicator, "indicator--void", value === null);
    const unlimited = this._summary.suppressed || (limits?.l == null && limits?.h == null);
    setClass(indicator, "indicator--unlimited", unlimited);
    setClass(indicator, "indicator--high", past?.severity === 1);
    setClass(indicator, "indicator--highhigh", past?.severity === 2);
  }
}
