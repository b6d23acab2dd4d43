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
    this._indicators = [...element.querySelectorAll(".indicator")];
  }

  /** @param {object} summary as data/attention.py makes it */
  update(summary) {
    this._summary = summary;
    setClass(this.element, "card--loading", false);
    setText(this._parts.product, summary.product_name || "no product");
    this._limits = this._about.limits[summary.product] ?? this._about.limits[0] ?? [];
    summary.gauges.forEach((value, index) => this._figure(index, value, summary.quality[index]));
    setText(this._parts.worst, this._worstText());
    this.tick();
  }

  /** What grows by itself: age and silence. */
  tick() {
    const summary = this._summary;
    if (!summary) return;
    const silent = this._silent();
    setText(this._parts.age, `${formatAge(Math.max(0, this._clock.now() - summary.head))} old`);
    setText(this._parts.state, silent ? "No readings" : (JOB_WORDS[summary.job] ?? "No job data"));
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

  _worstText() {
    const { worst, bad } = this._summary;
    if (worst) {
      const [label, unit, decimals] = this._about.signals[worst.slot];
      const value = formatNumber(worst.value, decimals);
      return `${SIGNS[worst.limit]} ${label} ${value} ${unit} · ${worst.limit} ${formatNumber(worst.bound, decimals)}`;
    }
    if (bad) return `? ${bad} ${bad === 1 ? "signal" : "signals"} of bad quality`;
    if (this._summary.suppressed) return "limits suppressed";
    return this._limits.length ? "within limits" : "no limits set";
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
