// A chart with its heading and legend, wired to the shared view.
import { formatSpan } from "./format.mjs";
import { TrendChart } from "./trend_chart.mjs";
import { listenToKeys } from "./trend_keys.mjs";
import { make, TrendLegend } from "./trend_legend.mjs";
import { TrendPointer } from "./trend_pointer.mjs";
import { t } from "./words.mjs";

export class TrendCard {
  /**
   * @param {HTMLElement} grid
   * @param {{name: string, lines: object[], lanes: object[]}} group
   * @param {object} context what a TrendChart needs, and `onShown`, `onSpeak(text)`
   */
  constructor(grid, group, context) {
    this._group = group;
    this._context = context;
    this._limits = {};
    this._build(grid);
    this.chart = new TrendChart(this._plot, group, context);
    this._legend = new TrendLegend(this._body, group.lines, {
      onToggle: (line) => this._show((one) => (one === line ? !one.shown : one.shown)),
      onOnly: (line) => this._showOnly(line),
      onHighlight: (slot) => {
        this.chart.highlight(slot);
        context.onResize();
      },
    });
    this._listen();
    this._shownChanged();
  }

  destroy() {
    this.chart.destroy();
    this._card.remove();
  }

  setLimits(limits) {
    this._limits = limits;
    this.chart.setLimits(limits);
  }

  /** @param {number} step whose values the legend says */
  writeValues(step) {
    const { buffer } = this._context;
    const read = (slot) => ({ value: buffer.value(slot, step), quality: buffer.quality(slot, step) });
    this._legend.update(read, this._limits);
    this._describe();
  }

  _build(grid) {
    const { lanes } = this._group;
    const name = t(this._group.name);
    this._card = make("section", "trend-card");
    this._card.setAttribute("aria-label", name);
    if (lanes.every((lane) => lane.kind === "states")) this._card.classList.add("trend-card--states");
    const head = make("div", "trend-card__head");
    this._all = make("button", "trend-all", t("Show all"));
    this._all.type = "button";
    head.append(make("h3", "trend-card__name", name), this._all);
    this._body = make("div", "trend-card__body");
    this._plot = make("div", "trend-plot");
    this._plot.tabIndex = 0;
    this._plot.setAttribute("role", "img");
    this._none = make("p", "trend-none", t("All signals of this chart are hidden"));
    this._plot.append(this._none);
    this._body.append(this._plot);
    this._card.append(head, this._body);
    grid.append(this._card);
  }

  _listen() {
    const pointer = new TrendPointer(this.chart, this._context.onResize);
    listenToKeys(this._plot, this._context.view, {
      onCrosshair: () => this._speak(),
      onEscape: () => pointer.cancel(),
    });
    this._all.addEventListener("click", () => this._show(() => true));
  }

  /** The line alone; once more brings the others back. */
  _showOnly(line) {
    const alone = this._group.lines.every((one) => one.shown === (one === line));
    this._show((one) => alone || one === line);
  }

  _show(rule) {
    for (const line of this._group.lines) line.shown = rule(line);
    this._shownChanged();
    this._context.onShown();
  }

  _shownChanged() {
    const { lines } = this._group;
    this._all.hidden = lines.every((line) => line.shown);
    this._none.hidden = lines.some((line) => line.shown);
    this._plot.classList.toggle("trend-plot--empty", !this._none.hidden);
    this._legend.linesChanged();
    this.chart.linesChanged();
  }

  _speak() {
    const { view, buffer } = this._context;
    this.writeValues(Math.round((view.crosshair ?? buffer.headTs) / buffer.stepMs));
    this._context.onSpeak(this._legend.spoken());
  }

  _describe() {
    const { view } = this._context;
    const labels = this._group.lines.filter((line) => line.shown).map((line) => t(line.signal.label));
    const text = t(
      "{group}: trend of {labels} over {span}. Arrow keys move the crosshair, plus and minus zoom, space pauses.",
      { group: t(this._group.name), labels: labels.join(", ") || t("nothing"), span: formatSpan(view.span) },
    );
    if (text === this._described) return;
    this._described = text;
    this._plot.setAttribute("aria-label", text);
  }
}
