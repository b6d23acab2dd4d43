// The live trends of an extruder: toolbar, a card per group of signals, one shared view.
import { download, toCsv } from "./csv_export.mjs";
import { formatTime, isoTime, zoneName } from "./format.mjs";
import { TrendCard } from "./trend_card.mjs";
import { groupsOf } from "./trend_groups.mjs";
import { make } from "./trend_legend.mjs";
import { LimitCrossings } from "./trend_marks.mjs";
import { TrendRenderers } from "./trend_renderers.mjs";
import { TrendLoop } from "./trend_loop.mjs";
import { TrendTheme } from "./trend_theme.mjs";
import { TrendToolbar } from "./trend_toolbar.mjs";
import { TrendView } from "./trend_view.mjs";

/**
 * Build the section inside an empty element.
 * @param {HTMLElement} root
 * @param {object} options
 * @param {{name: string, signals: object[]}} options.extruder entry of the catalogue
 * @param {import("./window_buffer.mjs").WindowBuffer} options.buffer
 * @param {{now(): number}} options.clock the server's, ms since the epoch
 * @param {string} options.timeZone of the plant, IANA name
 * @param {Set<string> | null} options.selection names of the signals shown, null for all
 * @param {(names: Set<string>) => void} options.onSelectionChange
 * @param {{toggle(): void, source: string} | null} [options.playback] what is followed is not live: it is paused
 *   itself, not the view
 * @returns {TrendSection} call `update()` after each message, `setLimits(byName)`, `destroy()`
 */
export function mountTrends(root, options) {
  return new TrendSection(root, options);
}

class TrendSection {
  constructor(root, { extruder, buffer, clock, timeZone, selection, onSelectionChange, playback }) {
    Object.assign(this, { root, extruder, buffer, timeZone });
    this._playback = playback ?? null;
    this._onSelectionChange = onSelectionChange;
    this._silent = false;
    this._motion = matchMedia("(prefers-reduced-motion: reduce)");
    const whole = buffer.slots * buffer.stepMs;
    this.view = new TrendView(clock, whole, buffer.stepMs, this._motion.matches);
    if (playback) this.view.togglePause = () => playback.toggle();
    this._loop = new TrendLoop((time) => this._draw(time));
    this._theme = new TrendTheme(root, () => this._redraw());
    this._groups = groupsOf(extruder.signals, selection);
    this._crossings = new LimitCrossings(buffer, extruder.signals);
    this._renderers = new TrendRenderers(buffer, {
      onRedraw: () => this._redraw(),
      onSwitch: () => this._switchRenderer(),
    });
    this._build();
    this._listen();
    this.update();
  }

  /** Data arrived. */
  update() {
    this._textsDue = true;
    this._loop.request();
  }

  /** Time jumped to `ts` (ms): a view of times that are not there any more would be empty. */
  lookAt(ts) {
    const { view } = this;
    view.setCrosshair(null);
    if (view.t1 > ts || view.t0 < ts - view.whole) view.resume();
    this.update();
  }

  /** @param {boolean} silent the newest reading is so old that "live" would be a lie */
  setSilent(silent) {
    if (silent === this._silent) return;
    this._silent = silent;
    this.update();
  }

  /** @param {Record<string, object>} limits in force, by signal name */
  setLimits(limits) {
    this._crossings.setLimits(limits);
    for (const card of this._cards) card.setLimits(limits);
    this.update();
  }

  destroy() {
    this._loop.destroy();
    this._theme.destroy();
    this._motion.removeEventListener("change", this._onMotion);
    removeEventListener("beforeprint", this._onPrint);
    for (const card of this._cards) card.destroy();
    this._renderers.destroy();
    this._section.remove();
  }

  _build() {
    this._section = make("div", "trends");
    this._section.dataset.renderer = this._renderers.kind;
    this._toolbar = new TrendToolbar(this._section, this.view, {
      timeZone: this.timeZone,
      playback: this._playback !== null,
      onExport: () => this._export(),
      onOverlay: this._groups.some(canOverlay) ? (overlay) => this._overlay(overlay) : null,
    });
    this._voice = make("p", "trend-voice");
    this._voice.setAttribute("aria-live", "polite");
    const grid = make("div", "trend-grid");
    this._section.append(grid, this._voice);
    this.root.append(this._section);
    this._cards = this._groups.map((group) => this._card(grid, group));
  }

  _card(grid, group) {
    const { buffer, view, timeZone, _theme: theme } = this;
    return new TrendCard(grid, group, {
      buffer, view, timeZone, theme,
      marks: this._crossings.marks,
      makeRenderer: (host) => this._renderers.make(host),
      onResize: () => this._loop.request(),
      onShown: () => this._shownChanged(),
      onSpeak: (text) => (this._voice.textContent = `${this._time}: ${text}`),
    });
  }

  _listen() {
    this._time = "";
    this.view.addEventListener("change", () => this.update());
    this.view.addEventListener("crosshair", () => {
      const { crosshair } = this.view;
      this._time = crosshair === null ? "" : formatTime(crosshair, this.timeZone);
      this.update();
    });
    this._onMotion = () => {
      this.view.calm = this._motion.matches;
      this.update();
    };
    this._motion.addEventListener("change", this._onMotion);
    // Paper shows all charts, also those that were out of sight.
    this._onPrint = () => this._cards.forEach((card) => card.chart.drawNow(this._time));
    addEventListener("beforeprint", this._onPrint);
  }

  _draw(time) {
    this.view.tick(time);
    // A crosshair that time carried out of sight would leave its old values in the legend.
    if (this.view.crosshair !== null && this.view.crosshair < this.view.t0) this.view.setCrosshair(null);
    this._crossings.update();
    if (this._textsDue) this._writeTexts();
    let wait = Infinity;
    for (const card of this._cards) {
      card.chart.frame(this._time);
      wait = Math.min(wait, card.chart.msToNext);
    }
    if (this.view.mode !== "live") return Infinity;
    return this.view.calm ? this.buffer.stepMs : wait;
  }

  _writeTexts() {
    this._textsDue = false;
    const { buffer, timeZone } = this;
    this._toolbar.update(buffer.firstTs, this._silent ? formatTime(buffer.headTs, timeZone) : "");
    const step = this._textStep();
    const live = step === buffer.headStep && this.view.crosshair === null;
    const time = step * buffer.stepMs;
    this._toolbar.updateCrosshair(live ? "" : `${formatTime(time, timeZone)} ${zoneName(time, timeZone)}`);
    for (const card of this._cards) card.writeValues(step);
  }

  /** The step whose values the legends say: at the crosshair, else at the right edge. */
  _textStep() {
    const { buffer, view } = this;
    if (view.crosshair !== null) return Math.round(view.crosshair / buffer.stepMs);
    if (view.mode === "live") return buffer.headStep;
    return Math.min(buffer.headStep, Math.floor(view.t1 / buffer.stepMs));
  }

  _redraw() {
    for (const card of this._cards) card.chart.invalidate();
    this._loop.request();
  }

  _overlay(overlay) {
    for (const card of this._cards) card.chart.setOverlay(overlay);
    this._loop.request();
  }

  _switchRenderer() {
    this._section.dataset.renderer = this._renderers.kind;
    for (const card of this._cards) card.chart.rendererChanged();
    this._loop.request();
  }

  _shownChanged() {
    const shown = this._shown().map(({ signal }) => signal.name);
    this._onSelectionChange(new Set(shown));
    this.update();
  }

  _shown() {
    return this._groups.flatMap((group) => group.lines).filter((line) => line.shown);
  }

  _export() {
    const { buffer, extruder, timeZone, view } = this;
    const lines = this._shown().sort((a, b) => a.slot - b.slot);
    // Live, the newest readings belong to it although the playout delay still hides them.
    const t1 = view.mode === "live" ? Infinity : view.t1;
    // Means repeated every second must not pass for readings.
    const source = this._playback ? ` (playback, ${this._playback.source})` : "";
    const text = toCsv(buffer, lines, extruder.name + source, timeZone, { t0: view.t0, t1 });
    const time = isoTime(Math.min(view.t1, buffer.headTs), timeZone).slice(0, 19).replaceAll(":", "-");
    download(`${extruder.name.replace(/[^\p{L}\p{N}]+/gu, "-")}_${time}.csv`, text);
  }
}

function canOverlay({ lanes }) {
  return lanes.filter((lane) => lane.kind === "lines").length > 1;
}
