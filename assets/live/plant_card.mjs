// One card of the Plant page: figures, moving indicators, the worst deviation, a sparkline.
import { formatAge, formatNumber } from "./format.mjs";
import { deviation, JOB, JOB_WORDS, QUALITY_WORDS, SIGNS } from "./limits.mjs";
import { sparkline } from "./sparkline.mjs";
import { part, setClass, setText } from "./text.mjs";

export class PlantCard {
  constructor(element, clock, settings) {
    this.element = element;
    this._clock = clock;
    this._settings = settings;
    this._about = JSON.parse(element.dataset.mwCard);
    this.id = this._about.id;
    this._summary = null;
    this._parts = Object.fromEntries(
      ["state", "product", "age", "worst", "headline", "spark"].map((name) => [name, part(element, name)]),
    );
    this._brief = !element.closest(".cards--roomy");
    this._indicators = [...element.querySelectorAll(".indicator")];
  }

  /** @param {object} summary as data/attention.py makes it */
  update(summary) {
    this._summary = summary;
    setClass(this.element, "card--loading", false);
    setText(this._parts.product, summary.product_name || "no product");
    this._limits = this._about.limits[summary.product] ?? this._about.limits[0] ?? [];
    summary.gauges.forEach((value, index) => this._figure(index, value, summary.quality[index]));
    const [full, brief] = this._worstTexts();
    setText(this._parts.worst, this._brief ? brief : full);
    this._parts.worst.title = full;
    this.tick();
  }

  /** What grows by itself: age and silence. */
  tick() {
    const summary = this._summary;
    if (!summary) return;
    const silent = this._silent();
    setText(this._parts.age, `${formatAge(Math.max(0, this._clock.now() - summary.head))} old`);
    const state = silent ? "No readings" : (JOB_WORDS[summary.job] ?? "No job data");
    setText(this._parts.state, state);
    const normal = !silent && (summary.job === JOB.PRODUCTION || summary.job === null);
    this._parts.product.dataset.state = normal ? "" : `${state} · `;
    setClass(this.element, "card--silent", silent);
    setClass(this.element, "card--high", !silent && summary.severity === 1);
    setClass(this.element, "card--highhigh", !silent && summary.severity === 2);
    setClass(this.element, "card--bad", !silent && summary.bad > 0);
    setClass(this.element, "card--suppressed", summary.suppressed);
  }

  /** Greater needs attention sooner. */
  need() {
    const summary = this._summary;
    if (!summary) return 0;
    if (this._silent()) return 40;
    if (summary.severity) return 20 + 20 * summary.severity + Math.min(summary.bad, 9) / 10;
    return summary.bad ? 30 : summary.job === JOB.START_UP ? 10 : 0;
  }

  needsAttention() {
    return this._summary !== null && this.need() >= 30;
  }

  group() {
    if (!this._summary || this._silent()) return "silent";
    return { [JOB.START_UP]: "startup", [JOB.NO_JOB]: "stopped" }[this._summary.job] ?? "production";
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
      return [full, what];
    }
    if (first) {
      const what = `? ${this._about.signals[first[0]][0]}`;
      const more = bad > 1 ? `, ${bad - 1} more` : "";
      return [`${what}: ${QUALITY_WORDS[first[1]]}${more}`, `${what} bad${more}`];
    }
    const calm = this._summary.suppressed ? "limits suppressed" : "within limits";
    return this._limits.length ? [calm, calm] : ["no limits set", "no limits set"];
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
    setClass(indicator, "indicator--unlimited", limits?.l == null && limits?.h == null);
    setClass(indicator, "indicator--high", past?.severity === 1);
    setClass(indicator, "indicator--highhigh", past?.severity === 2);
  }
}
