// The Trends page: owns what is looked at and the address; Dash answers with pictures.
import { button } from "./alarm_dom.mjs";
import { printChart } from "./paper_chart.mjs";
import { make } from "./trend_legend.mjs";
import { TrendsControls } from "./trends_controls.mjs";
import { markTime, TrendsNotes } from "./trends_notes.mjs";
import { choicesOf, TrendsPicker } from "./trends_picker.mjs";
import { bounded, MOST_SIGNALS, queryOf, readSelection } from "./trends_selection.mjs";
import { fromLocal, presetSpan } from "./trends_time.mjs";
import { t } from "./words.mjs";

const PATH = "/trends";
/** Turns of a wheel are asked for together. */
const SETTLE_MS = 90;
const SLOW_MS = 400;
const LOST_MS = 8000;
/** Turns of the wheel in quick succession are one step for the browser's Back. */
const ONE_MOVE_MS = 900;
/** A chart that grows or shrinks by less keeps its columns. */
const COLUMNS_STEP = 40;
/** Inside of A4 landscape with the margins of print.css, at 96 dots per inch. */
const PAPER = { width: 1046, height: 600 };

export function mountTrends(root, context) {
  return new TrendsPage(root, context);
}

class TrendsPage {
  constructor(root, { clock, commands, settings }) {
    Object.assign(this, { root, clock, zone: settings.timeZone });
    this._stop = new AbortController();
    this._asked = 0;
    /** When the wheel was turned last, and when a turn last changed the address (ms). */
    this._wheel = { turned: -Infinity, moved: -Infinity };
    this._choices = choicesOf(JSON.parse(root.dataset.trendsChoices));
    this._box = root.querySelector(".trends-box");
    this._controls = new TrendsControls(root.querySelector("#trends-controls"), this.zone, this._actions());
    this._picker = new TrendsPicker(document.createElement("div"), this._choices, (key) => this._toggle(key));
    this._controls.first.prepend(this._picker._box);
    this._suggestions = make("div", "trends-suggestions");
    this._box.before(this._suggestions);
    const { products } = JSON.parse(root.dataset.trendsChoices);
    const onWritten = () => setProps("trends-written", Date.now());
    this._notes = new TrendsNotes({ commands, zone: this.zone, products, onWritten });
    const chart = () => this._box.querySelector(".js-plotly-plot");
    this._paper = printChart(chart, (height) => ({ ...PAPER, height: Math.min(height, PAPER.height) }));
    this._listen();
    this._read();
  }

  destroy() {
    this._stop.abort();
    this._paper.destroy();
    this._picker.destroy();
    this._notes.destroy();
    this._layer?.destroy();
    this._sizes.disconnect();
    this._answers.disconnect();
    this._suggestions.remove();
    for (const timer of [this._settling, this._slow, this._lost]) clearTimeout(timer);
  }

  _actions() {
    return {
      preset: (preset) => this._change({ preset, ...presetSpan(preset, this.clock.now()) }),
      span: (start, end) => this._look(start, end),
      step: (direction) => this._step(direction),
      zoomOut: () => this._zoomOut(),
      shift: (shift) => this._change({ shift: Math.round(shift) }),
      limits: (limits) => this._change({ limits }),
      mark: () => this._mark(),
      csv: () => this.root.querySelector("#trends-csv").click(),
      again: () => this._ask(),
    };
  }

  _listen() {
    const { signal } = this._stop;
    addEventListener("trends-moved", ({ detail }) => this._plotMoved(detail), { signal });
    // Before Dash: it would build the page anew, and the picture would be gone meanwhile.
    addEventListener("popstate", (event) => this._back(event), { capture: true, signal });
    // A link to this page from this page, e.g. in the navigation.
    addEventListener("_dashprivate_pushstate", () => location.pathname === PATH && this._read(), { signal });
    this.root.addEventListener("click", (event) => this._clicked(event), { signal });
    const turned = () => (this._wheel.turned = performance.now());
    this._box.addEventListener("wheel", turned, { capture: true, passive: true, signal });
    this.root.addEventListener("pointerdown", () => (this._wheel.turned = -Infinity), { capture: true, signal });
    this._sizes = new ResizeObserver(() => this._resized());
    this._sizes.observe(this._box);
    this._answers = new MutationObserver(() => this._answered());
    this._answers.observe(this.root.querySelector("#trends-status"), { childList: true, subtree: true, attributes: true });
  }

  _back(event) {
    if (location.pathname !== PATH) return;
    event.stopImmediatePropagation();
    this._read();
  }

  _read() {
    this.selection = readSelection(location.search, this.clock.now());
    this._show();
  }

  /** Look at something else; the address says so, and Back leads to what was before. */
  _change(changes) {
    this.selection = { ...this.selection, ...changes };
    const how = this._goesOnTurning() ? "replaceState" : "pushState";
    const address = PATH + queryOf(this.selection);
    if (address !== location.pathname + location.search) history[how]({}, "", address);
    this._show();
  }

  _goesOnTurning() {
    const now = performance.now();
    const turning = now - this._wheel.turned < ONE_MOVE_MS;
    const goesOn = turning && now - this._wheel.moved < ONE_MOVE_MS;
    this._wheel.moved = turning ? now : -Infinity;
    return goesOn;
  }

  _look(start, end) {
    if (Number.isFinite(start) && end > start) this._change({ preset: "", ...bounded(start, end) });
  }

  _step(direction) {
    const { start, end } = this.selection;
    this._look(start + direction * (end - start), end + direction * (end - start));
  }

  _zoomOut() {
    const { start, end } = this.selection;
    const more = (end - start) / 2;
    this._look(start - more, end + more);
  }

  _toggle(key) {
    const { signals } = this.selection;
    const next = signals.includes(key) ? signals.filter((one) => one !== key) : [...signals, key];
    if (next.length <= MOST_SIGNALS) this._change({ signals: next });
  }

  _show() {
    this._controls.update(this.selection);
    this._picker.update(this.selection.signals);
    this._suggest();
    this._ask();
  }

  _ask() {
    clearTimeout(this._settling);
    this.root.dataset.trendsState = "asking";
    this._settling = setTimeout(() => this._send(), SETTLE_MS);
  }

  _send() {
    const { signals, start, end, shift, limits } = this.selection;
    const pairs = signals.map((key) => [Number(key.slice(0, key.indexOf(":"))), key.slice(key.indexOf(":") + 1)]);
    this._columns = this._width();
    this._asked += 1;
    setProps("trends-view", { signals: pairs, start, end, shift, limits, columns: this._columns, ask: this._asked });
    this._controls.state("asking");
    for (const timer of [this._slow, this._lost]) clearTimeout(timer);
    this._slow = setTimeout(() => this._controls.state("slow"), SLOW_MS);
    this._lost = setTimeout(() => this._controls.state("lost"), LOST_MS);
  }

  /** Plotly swallows the browser's own double click. */
  _follow() {
    const plot = this._box.querySelector(".js-plotly-plot");
    if (!plot?.on || plot === this._plot) return;
    this._plot = plot;
    plot.on("plotly_doubleclick", () => this._zoomOut());
    plot.on("plotly_click", ({ points }) => {
      const id = points.find(({ data }) => data.type === "bar")?.customdata?.[0];
      if (id) follow(`/malfunctions/${id}`);
    });
  }

  _answered() {
    this._follow();
    const mark = this.root.querySelector("[data-trends-answer]");
    if (Number(mark?.dataset.trendsAnswer) !== this._asked) return;
    for (const timer of [this._slow, this._lost]) clearTimeout(timer);
    this._controls.state("shown");
    this.root.dataset.trendsState = "shown";
  }

  /** @returns {number} pixels of the plot, in steps: the same for screens that are nearly alike */
  _width() {
    const width = this._box.querySelector(".trends-chart").clientWidth - Number(this.root.dataset.trendsMargin);
    return Math.max(COLUMNS_STEP, Math.round(width / COLUMNS_STEP) * COLUMNS_STEP);
  }

  _resized() {
    if (matchMedia("print").matches) return;
    if (this._columns && Math.abs(this._width() - this._columns) > COLUMNS_STEP) this._ask();
  }

  _plotMoved(moved) {
    const ends = [moved["xaxis.range[0]"], moved["xaxis.range[1]"]];
    if (ends.some((one) => one === undefined)) return;
    const [start, end] = ends.map((text) => fromLocal(String(text), this.zone));
    this._look(start, end);
  }

  _mark() {
    if (this._layer) return this._leaveMarking();
    this._controls.marking(true);
    const margin = this._box.querySelector(".nsewdrag")?.getBoundingClientRect();
    const box = this._box.getBoundingClientRect();
    if (!margin) return this._leaveMarking();
    const plot = { left: margin.left - box.left, width: margin.width };
    const { start, end } = this.selection;
    this._layer = markTime(this._box, plot, (from, to) => {
      this._leaveMarking();
      const at = (share) => Math.round((start + share * (end - start)) / 1000) * 1000;
      this._notes.write(at(from), at(to), this._chosen());
    }, () => this._leaveMarking());
    return undefined;
  }

  _leaveMarking() {
    this._layer?.destroy();
    this._layer = null;
    this._controls.marking(false);
  }

  _chosen() {
    return this.selection.signals.map((key) => this._choices.find((one) => one.key === key)).filter(Boolean);
  }

  _clicked(event) {
    const { trendsRemove, trendsUnwrite, trendsSpan } = event.target.closest("button")?.dataset ?? {};
    if (trendsRemove) this._toggle(trendsRemove);
    if (trendsUnwrite) this._notes.remove(trendsUnwrite);
    if (trendsSpan) this._around(...trendsSpan.split("~").map(Number));
  }

  /** A time with some room on both sides. */
  _around(start, end) {
    const room = Math.max(60_000, (end - start) / 5);
    this._look(start - room, end + room);
  }

  /** What to begin with, where nothing is chosen. */
  _suggest() {
    const none = !this.selection.signals.length;
    this.root.classList.toggle("trends--empty", none);
    this._suggestions.replaceChildren(...(none ? this._offers() : []));
  }

  _offers() {
    const first = this._choices[0];
    if (!first) return [make("p", "history-note", t("No extruder has a signal yet."))];
    const gauges = this._choices.filter(({ rank }) => rank).sort((a, b) => a.rank - b.rank);
    const own = gauges.filter(({ extruder }) => extruder === first.extruder).slice(0, 4);
    const same = gauges.filter(({ label }) => label === gauges[0]?.label).slice(0, MOST_SIGNALS);
    const offers = [[t("The main signals of {extruder}", { extruder: first.extruderName }), own]];
    if (same.length > 1) offers.push([t("{label} of {n} extruders", { label: same[0].label, n: same.length }), same]);
    return [
      make("p", "history-note", t("Choose up to eight signals of any extruders, or begin with:")),
      ...offers.filter(([, list]) => list.length).map(([text, list]) =>
        button(text, () => this._change({ signals: list.map(({ key }) => key) })),
      ),
      button(t("Find signals"), () => this._picker.open()),
    ];
  }
}

/** As a link of Dash does. */
function follow(address) {
  history.pushState({}, "", address);
  dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
}

function setProps(id, data) {
  window.dash_clientside.set_props(id, { data });
}
