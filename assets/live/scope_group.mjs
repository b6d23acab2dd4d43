// One signal of the Scope: its lines, their range of values, and how both are stretched and moved.
import { formatNumber } from "./format.mjs";
import { extent } from "./trend_paths.mjs";
import { decimalsOf, niceStep, ValueRange } from "./trend_range.mjs";
import { t } from "./words.mjs";

/** An axis does not stretch noise: its least span as a share of the scale. */
const LEAST_SPAN = 0.02;
/** Furthest that an axis is stretched by hand, as a share of the scale. */
const CLOSEST = 0.0005;
const WIDEST = 20;
/** Rows shrink only when their lines need less than this share of them. */
const LOOSE = 0.45;
/** A row is this many nice steps high: one would round 230 up to 500. */
const ROW_PARTS = 5;
const out = { min: 0, max: 0 };

/**
 * A line; `low` and `high` are the values at the bottom and the top of its group's band.
 * @typedef {{slot: number, extruder: {id: number, name: string}, group: ScopeGroup, key: string,
 *   color: number[], css: string, shown: true, low: number, high: number}} ScopeLine
 */

export class ScopeGroup {
  /** @param {object} signal of GET /lines @param {object[]} extruders chosen ones that have it */
  constructor(signal, extruders) {
    this.signal = signal;
    this.unit = signal.unit;
    this.decimals = signal.decimals;
    this._scale = signal.high - signal.low || 1;
    this.range = new ValueRange(LEAST_SPAN * this._scale, signal.low, signal.high);
    /** Set by hand: data do not move the axis. */
    this.manual = false;
    this.offset = false;
    this.row = { span: 0, shift: 0, fitted: false };
    this.chooseExtruders(extruders);
    Object.assign(this, { top: 0, bottom: 0, left: 0, kept: null, number: 0 });
  }

  /** @param {object[]} extruders */
  chooseExtruders(extruders) {
    const { name, extruders: ids } = this.signal;
    const before = new Map((this.lines ?? []).map((line) => [line.key, line]));
    /** @type {ScopeLine[]} */
    this.lines = extruders.map((extruder) => {
      const key = `${name}|${extruder.id}`;
      return before.get(key) ?? {
        key, extruder, group: this, slot: ids.indexOf(extruder.id), color: [0, 0, 0], css: "",
        shown: true, low: 0, high: 1, middle: NaN,
      };
    });
    const same = this.lines.length === before.size && this.lines.every(({ key }) => before.has(key));
    if (same) return;
    this.row.fitted = false;
    if (!this.manual) this.range.loosen();
  }

  /** @param {boolean} offset a row for each line */
  arrange(offset) {
    if (offset !== this.offset) this.fitAgain();
    this.offset = offset;
  }

  /** Let data set the axis again. */
  fitAgain() {
    this.manual = false;
    this.range.loosen();
    Object.assign(this.row, { shift: 0, fitted: false });
  }

  /** Set the range of each line to what is seen between two steps. */
  fit(from, to) {
    if (!this.manual) {
      if (this.offset) this._fitRows(from, to);
      else this._fitRange(from, to);
    }
    this.spread();
  }

  /** Give each line the values at the bottom and top of the band. */
  spread() {
    const { span, shift } = this.row;
    const count = this.lines.length;
    this.lines.forEach((line, index) => {
      if (!this.offset) {
        line.low = this.range.low;
        line.high = this.range.high;
        return;
      }
      const middle = Number.isFinite(line.middle) ? line.middle : this.signal.low;
      line.low = middle - span * (count - index - 0.5 - shift);
      line.high = line.low + span * count;
    });
    if (this.offset) this.range.ticks.length = 0;
    else this.range.layTicks(Math.max(1, this.bottom - this.top));
  }

  /** Stretch (factor below 1) about a share of the height, 0 at the bottom. */
  zoomAbout(share, factor) {
    const span = this.offset ? this.row.span : this.range.high - this.range.low;
    const next = Math.min(WIDEST * this._scale, Math.max(CLOSEST * this._scale, span * factor));
    this.manual = true;
    if (this.offset) this.row.span = next;
    else {
      const value = this.range.low + share * span;
      this.range.low = value - share * next;
      this.range.high = this.range.low + next;
    }
    this.spread();
  }

  /** Move the lines up by a share of the height. */
  moveBy(share) {
    this.manual = true;
    if (this.offset) this.row.shift += share * this.lines.length;
    else {
      const by = share * (this.range.high - this.range.low);
      this.range.low -= by;
      this.range.high -= by;
    }
    this.spread();
  }

  /** @returns {number} px of a line's value */
  yOf(line, value) {
    return this.bottom - ((value - line.low) / (line.high - line.low)) * (this.bottom - this.top);
  }

  /** @param {boolean} numbered whether bands lie over each other */
  title(numbered) {
    const { label, unit } = this.signal;
    if (numbered) return `${this.number} ${unit}`;
    const digits = decimalsOf(niceStep(this.row.span || 1, ROW_PARTS));
    const row = this.offset ? t("a row is {size}", { size: `${formatNumber(this.row.span, digits)} ${unit}` }) : "";
    return [label, unit, row].filter(Boolean).join(" · ");
  }

  _fitRange(from, to) {
    extent(this.kept.buffer, this.lines, from, to, out);
    this.range.fit(out.min, out.max);
  }

  /** All rows have one height in values; a line is centred again only when it leaves its row. */
  _fitRows(from, to) {
    let widest = LEAST_SPAN * this._scale;
    for (const line of this.lines) {
      extent(this.kept.buffer, [line], from, to, out);
      if (!(out.max >= out.min)) continue;
      widest = Math.max(widest, out.max - out.min);
      this._centre(line, out);
    }
    const { row } = this;
    if (!row.fitted || widest > row.span || widest < LOOSE * row.span) {
      row.span = ROW_PARTS * niceStep((1.1 * widest) / ROW_PARTS, 1);
      for (const line of this.lines) line.middle = line.wanted ?? NaN;
    }
    row.fitted = true;
  }

  _centre(line, { min, max }) {
    line.wanted = (min + max) / 2;
    const half = this.row.span / 2;
    const left = !(min >= line.middle - half && max <= line.middle + half);
    if (left || !this.row.fitted) line.middle = line.wanted;
  }
}
