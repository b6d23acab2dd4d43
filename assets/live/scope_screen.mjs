// What the Scope page is made of: toolbar, chart and table, and when they are drawn again.
import { css, palette } from "./scope_palette.mjs";
import { ScopeCanvas } from "./scope_canvas.mjs";
import { ScopeChart } from "./scope_chart.mjs";
import { ScopeGl } from "./scope_gl.mjs";
import { ScopeGroup } from "./scope_group.mjs";
import { listenToScopeKeys } from "./scope_keys.mjs";
import { MAX_LINES } from "./scope_model.mjs";
import { ScopePointer } from "./scope_pointer.mjs";
import { headText, ScopeReadout } from "./scope_readout.mjs";
import { DAY_SLOTS, DAY_STEP_MS } from "./scope_store.mjs";
import { ScopeToolbar } from "./scope_toolbar.mjs";
import { setText } from "./text.mjs";
import { make } from "./trend_legend.mjs";
import { TrendLoop } from "./trend_loop.mjs";
import { TrendTheme } from "./trend_theme.mjs";
import { button } from "./trend_toolbar.mjs";
import { TrendView } from "./trend_view.mjs";
import { t } from "./words.mjs";

export class ScopeScreen {
  /**
   * @param {HTMLElement} root
   * @param {import("./scope_model.mjs").ScopeModel} model
   * @param {import("./scope_store.mjs").ScopeStore} store
   * @param {{clock: {now(): number}, timeZone: string, onReload: () => void}} options
   */
  constructor(root, model, store, { clock, timeZone, onReload }) {
    Object.assign(this, { model, store, clock, timeZone, _onReload: onReload, _root: root });
    /** @type {Map<string, ScopeGroup>} axes set by hand outlive a signal's absence */
    this._known = new Map();
    this.groups = [];
    this._motion = matchMedia("(prefers-reduced-motion: reduce)");
    this._build();
    this._loop = new TrendLoop((time) => this._draw(time));
    this._theme = new TrendTheme(root, () => this.choiceChanged());
    this._startMode();
    this._ages = setInterval(() => this._writeTexts(), 500);
    this._onMotion = () => (this.view.calm = this._motion.matches || this.model.mode === "day");
    this._motion.addEventListener("change", this._onMotion);
  }

  destroy() {
    clearInterval(this._ages);
    this._motion.removeEventListener("change", this._onMotion);
    this._loop.destroy();
    this._theme.destroy();
    this._toolbar.destroy();
    this.chart.destroy();
    this._element.remove();
  }

  /** Data arrived. */
  update() {
    this._due = true;
    this._loop.request();
  }

  /** Say why something is not shown as wished; empty for nothing to say. */
  say(text) {
    setText(this._messageText, text);
    this._message.hidden = !text;
  }

  /** The model changed, or the theme. */
  choiceChanged() {
    const { model, store } = this;
    if (model.mode !== this._mode) this._startMode();
    this.groups = model.signals.map((signal, index) => this._group(signal, index));
    for (const group of this.groups) {
      group.kept = model.mode === "day" ? store.day(group.signal) : store.live(group.signal);
    }
    this._paint();
    const overlaid = model.layout === "overlaid" && this.groups.length > 1;
    this.chart.setGroups(this.groups, overlaid, model.colour === "signal");
    this._pointer.layAxes();
    this._readout.setGroups(this.groups, overlaid);
    this._plot.style.setProperty("--bands", String(overlaid ? 1 : Math.max(1, this.groups.length)));
    this.update();
  }

  _build() {
    this._element = make("div", "scope__screen");
    this._makeMessage();
    this._toolbar = new ScopeToolbar(this._element, this.model, this.timeZone, {
      getView: () => this.view,
      onReset: () => this._reset(),
      onLive: () => this._backToLive(),
      onReload: this._onReload,
    });
    const body = make("div", "scope__body");
    this._plot = make("div", "scope-box");
    this._note = make("p", "scope-note");
    this._plot.append(this._note);
    this._voice = make("p", "trend-voice");
    this._voice.setAttribute("aria-live", "polite");
    body.append(this._message, this._plot);
    this._readout = new ScopeReadout(body, this.timeZone, this._lineCallbacks());
    this._element.append(body, this._voice);
    this._root.append(this._element);
  }

  /** Over the chart: it must not push it down. */
  _makeMessage() {
    this._message = make("div", "scope-message");
    this._message.setAttribute("role", "alert");
    this._message.hidden = true;
    this._messageText = make("span", "");
    this._message.append(this._messageText, button("✕", () => this.say(""), t("Close this message")));
  }

  _lineCallbacks() {
    return {
      onLight: (line) => {
        this.chart.light(line);
        this.update();
      },
      onPin: (line) => {
        this.chart.togglePin(line);
        this.update();
      },
      onAxis: () => this._redraw(),
    };
  }

  /** Live time and the day are looked at by views and charts of their own. */
  _startMode() {
    this._mode = this.model.mode;
    this._pointer?.destroy();
    this.chart?.destroy();
    this.view = this._mode === "day" ? this._dayView() : this._liveView();
    this.view.addEventListener("change", () => this.update());
    this.view.addEventListener("crosshair", () => {
      this._toolbar.updateCrosshair(this.view.crosshair);
      this.update();
    });
    this._toolbar.updateCrosshair(null);
    this._makeChart();
  }

  _makeChart() {
    this.chart = new ScopeChart(this._plot, {
      view: this.view, theme: this._theme, timeZone: this.timeZone,
      onResize: () => {
        this._pointer?.layAxes();
        this._loop.request();
      },
      makeRenderer: (canvas) => this._renderer(canvas),
    });
    this._pointer = new ScopePointer(this.chart, {
      onLines: () => this.update(), onAxis: () => this._redraw(), onDraw: () => this._loop.request(),
    });
    listenToScopeKeys(this.chart, this.view, {
      onSpeak: () => this._speakDue = true, onChange: () => this.update(),
    });
  }

  _renderer(canvas) {
    const slots = this._mode === "day" ? DAY_SLOTS : Math.round(this.view.whole / this.view.stepMs);
    const own = canvas();
    const gl = ScopeGl.create(own, { lines: MAX_LINES, slots }, {
      onRestored: () => this.choiceChanged(),
      onGone: () => {
        this._mode = null;
        this.choiceChanged();
      },
    });
    if (gl) return gl;
    own.remove();
    return new ScopeCanvas(canvas());
  }

  _liveView() {
    const { stepMs, whole } = this.store;
    return new TrendView(this.clock, whole, stepMs, this._motion.matches);
  }

  /** The day stands still: its clock is that of its newest reading. */
  _dayView() {
    const now = () => (this.dayHead > 0 ? this.dayHead + DAY_STEP_MS : this.clock.now());
    return new TrendView({ now }, DAY_SLOTS * DAY_STEP_MS, DAY_STEP_MS, true);
  }

  /** Newest reading of the days shown, ms; -1 never. */
  get dayHead() {
    return this._newest((signal) => this.store.day(signal));
  }

  /** Newest reading of the live windows, ms; -1 never. */
  get head() {
    return this._newest((signal) => this.store.live(signal));
  }

  _newest(keptOf) {
    return Math.max(-1, ...this.model.signals.map((signal) => keptOf(signal).buffer.headTs));
  }

  _group(signal, index) {
    const extruders = this.model.index.extruders.filter(
      ({ id }) => this.model.has(id) && signal.extruders.includes(id),
    );
    let group = this._known.get(signal.name);
    if (!group) this._known.set(signal.name, (group = new ScopeGroup(signal, extruders)));
    else group.chooseExtruders(extruders);
    group.number = index + 1;
    group.arrange(this.model.view === "offset");
    return group;
  }

  /** Colours by place in the plant, so that an extruder keeps its own whatever is picked. */
  _paint() {
    const dark = document.documentElement.dataset.theme === "dark";
    const { extruders } = this.model.index;
    const bySignal = this.model.colour === "signal";
    const colors = palette(bySignal ? Math.max(4, this.groups.length) : extruders.length, dark);
    const places = new Map(extruders.map(({ id }, index) => [id, index]));
    this.groups.forEach((group, index) => {
      for (const line of group.lines) {
        line.color = colors[bySignal ? index : places.get(line.extruder.id)];
        line.css = css(line.color);
      }
    });
  }

  _backToLive() {
    if (this._mode === "day") this.model.choose("mode", "live");
    this.view.backToLive();
  }

  _reset() {
    for (const group of this.groups) group.fitAgain();
    this.view.showWhole();
    this._redraw();
  }

  _redraw() {
    this.chart.invalidate();
    this.update();
  }

  _draw(time) {
    this.view.tick(time);
    if (this.view.crosshair !== null && this.view.crosshair < this.view.t0) this.view.setCrosshair(null);
    this.chart.frame();
    if (this._due) this._writeTexts();
    if (this._mode === "day" || this.view.mode !== "live") return Infinity;
    return this.view.calm ? this.view.stepMs : this.chart.msToNext;
  }

  _writeTexts() {
    this._due = false;
    const first = this.groups.map(({ kept }) => kept.buffer.firstTs).filter((ts) => ts > 0);
    const slots = Math.round(this.view.whole / this.view.stepMs);
    const { rendererName: renderer, lit, pinned } = this.chart;
    this._root.dataset.renderer = renderer;
    this._toolbar.update({ firstTs: first.length ? Math.min(...first) : -1, points: slots, renderer });
    const day = this._mode === "day";
    const head = headText(day ? this.dayHead : this.head, this.clock.now(), day ? t("End of the day") : t("Now"));
    this._readout.update({ crosshair: this.view.crosshair, y: this._pointer.y, head, lit, pinned });
    this._writeNote();
    if (this._speakDue) setText(this._voice, this._readout.spoken());
    this._speakDue = false;
  }

  _writeNote() {
    const text = this._noteText();
    setText(this._note, text);
    this._note.hidden = !text;
  }

  _noteText() {
    const { model, groups } = this;
    if (!groups.length) return t("Choose a signal to see its lines.");
    if (!model.lineCount) return t("No chosen extruder has a chosen signal.");
    if (groups.some(({ kept }) => kept.epoch === 0)) return t("Loading readings …");
    const empty = groups.every(({ kept }) => kept.buffer.headTs < 0);
    return empty ? t("No readings in this window yet.") : "";
  }
}
