// Steps of many lines in one block of memory laid out like its texture, with min/max levels.

/** A bin without a number. An integer, because GL need not keep NaN. */
export const EMPTY = 0xffffffff;
/** Lowest bit of a bin's second word: a step in it has no number. */
const GAP = 1;
/** Coarser levels than this many bins are never wanted: no plot is narrower. */
const FEWEST_BINS = 64;
const TALLEST = 4096;

/**
 * Bins of 2^n steps, each two words: its lowest and highest value in the order in which they came.
 * Bins are counted from step 0, so that they keep their steps while time scrolls.
 * @typedef {object} Level
 * @property {number} bin steps per bin
 * @property {number} size bins of its ring
 * @property {number} offset of its ring among the rows
 * @property {Span} stale bins to be made again from the level below
 * @property {Span} unsent bins that the texture has not got
 */

/** A rectangle of bins and lines. */
class Span {
  constructor() {
    this.clear();
  }

  get empty() {
    return this.to < this.from;
  }

  clear() {
    this.from = this.line0 = Infinity;
    this.to = this.line1 = -Infinity;
  }

  add(from, to, line0, line1) {
    if (from < this.from) this.from = from;
    if (to > this.to) this.to = to;
    if (line0 < this.line0) this.line0 = line0;
    if (line1 > this.line1) this.line1 = line1;
  }
}

export class GlRing {
  /**
   * @param {number} lines
   * @param {number} slots steps kept of each
   * @param {number} [tallest] rows of a texture, at most
   */
  constructor(lines, slots, tallest = TALLEST) {
    this.lines = lines;
    this.slots = slots;
    /** @type {Level[]} */
    this.levels = [];
    let rows = 0;
    for (let bin = 1; bin === 1 || slots / bin >= FEWEST_BINS; bin *= 2) {
      const size = bin === 1 ? slots : Math.ceil(slots / bin) + 1;
      this.levels.push({ bin, size, offset: rows, stale: new Span(), unsent: new Span() });
      rows += size;
    }
    // A row holds one bin of every line: new steps of all lines are one upload.
    this.height = Math.min(rows, tallest);
    this.width = lines * Math.ceil(rows / this.height);
    this.words = new Uint32Array(this.width * this.height * 2);
    this.floats = new Float32Array(this.words.buffer);
    this.reset();
  }

  /** Forget everything. */
  reset() {
    this.words.fill(EMPTY);
    /** Newest step written, -1 before the first. */
    this.head = -1;
    this._change = { from: 0, to: this.slots - 1 };
    for (const level of this.levels) {
      level.stale.clear();
      level.unsent.add(0, level.size - 1, 0, this.lines - 1);
    }
  }

  /** The texture has lost everything. */
  resend() {
    for (const { unsent, size } of this.levels) unsent.add(0, size - 1, 0, this.lines - 1);
  }

  /** @param {ArrayLike<number>} values of consecutive steps from `step`; NaN is a gap */
  write(line, step, values) {
    const last = step + values.length - 1;
    this._advance(last);
    const first = Math.max(step, this.oldest);
    for (let at = first; at <= last; at += 1) this._put(line, at, values[at - step]);
    if (last >= first) this._changed(first, last, line, line);
  }

  /** Make a line's steps gaps. */
  clear(line) {
    if (this.head < 0) return;
    for (let step = this.oldest; step <= this.head; step += 1) this._put(line, step, NaN);
    this._changed(this.oldest, this.head, line, line);
  }

  /** Oldest step that the ring can hold now. */
  get oldest() {
    return Math.max(0, this.head - this.slots + 1);
  }

  /** @returns {number} index of the coarsest level whose bins are at least `steps` long */
  levelOf(steps) {
    const wanted = Math.ceil(Math.log2(Math.max(1, steps)) - 1e-6);
    return Math.min(this.levels.length - 1, wanted);
  }

  /** Bring a level up to date; only what changed since is made again. */
  refresh(index) {
    for (let i = 1; i <= index; i += 1) {
      const { stale } = this.levels[i];
      if (!stale.empty) this._rebuild(i, stale);
    }
  }

  /** @returns {number} where in `words` a bin of line 0 lies */
  at(level, bin) {
    const row = level.offset + (bin % level.size);
    const fold = Math.floor(row / this.height);
    return ((row - fold * this.height) * this.width + fold * this.lines) * 2;
  }

  /** Steps that were never written must not show what their places held a window ago. */
  _advance(last) {
    if (last <= this.head) return;
    const first = this.head < 0 ? last + 1 : Math.max(this.head + 1, last - this.slots + 1);
    this.head = last;
    const [level] = this.levels;
    for (let step = first; step <= last; step += 1) {
      const at = this.at(level, step);
      this.words.fill(EMPTY, at, at + this.lines * 2);
    }
    if (last >= first) this._changed(first, last, 0, this.lines - 1);
  }

  _put(line, step, value) {
    const at = this.at(this.levels[0], step) + line * 2;
    if (Number.isFinite(value)) {
      this.floats[at] = this.floats[at + 1] = value;
      this.words[at + 1] &= ~GAP;
    } else {
      this.words[at] = EMPTY;
    }
  }

  _changed(first, last, line0, line1) {
    this.levels[0].unsent.add(first, last, line0, line1);
    this.levels[1]?.stale.add(Math.floor(first / 2), Math.floor(last / 2), line0, line1);
  }

  _rebuild(index, stale) {
    const level = this.levels[index];
    const { line0, line1, to } = stale;
    const from = Math.max(stale.from, Math.floor(this.oldest / level.bin));
    for (let bin = from; bin <= to; bin += 1) this._merge(index, bin, line0, line1);
    level.unsent.add(from, to, line0, line1);
    this.levels[index + 1]?.stale.add(Math.floor(from / 2), Math.floor(to / 2), line0, line1);
    stale.clear();
  }

  _merge(index, bin, line0, line1) {
    const { words, floats } = this;
    const a = this._child(index - 1, bin * 2);
    const b = this._child(index - 1, bin * 2 + 1);
    const to = this.at(this.levels[index], bin);
    for (let i = line0 * 2; i <= line1 * 2; i += 2) {
      mergeBins(words, floats, to + i, a < 0 ? -1 : a + i, b < 0 ? -1 : b + i);
    }
  }

  /** -1 for a bin that has not come yet, or has left. */
  _child(index, bin) {
    const level = this.levels[index];
    const first = bin * level.bin;
    return first > this.head || first + level.bin <= this.oldest ? -1 : this.at(level, bin);
  }
}

/** Lowest and highest of two bins in the order in which they came, and whether a step is missing. */
function mergeBins(words, floats, to, a, b) {
  const hasA = a >= 0 && words[a] !== EMPTY;
  const hasB = b >= 0 && words[b] !== EMPTY;
  const gap =
    (a >= 0 && (!hasA || words[a + 1] & GAP)) || (b >= 0 && (!hasB || words[b + 1] & GAP));
  if (hasA && hasB) mergeValues(floats, to, a, b);
  else if (hasA || hasB) copy(floats, to, hasA ? a : b);
  else words[to] = EMPTY;
  if (hasA || hasB) words[to + 1] = (words[to + 1] & ~GAP) | (gap ? GAP : 0);
}

function copy(floats, to, from) {
  floats[to] = floats[from];
  floats[to + 1] = floats[from + 1];
}

function mergeValues(floats, to, a, b) {
  const fallsA = floats[a] > floats[a + 1];
  const fallsB = floats[b] > floats[b + 1];
  const lowA = floats[fallsA ? a + 1 : a];
  const highA = floats[fallsA ? a : a + 1];
  const lowB = floats[fallsB ? b + 1 : b];
  const highB = floats[fallsB ? b : b + 1];
  const low = lowB < lowA ? lowB : lowA;
  const high = highB > highA ? highB : highA;
  const falls = comesFirst(highB > highA, lowB < lowA, fallsA, fallsB);
  floats[to] = falls ? high : low;
  floats[to + 1] = falls ? low : high;
}

/** Whether the highest came before the lowest. */
function comesFirst(highInB, lowInB, fallsA, fallsB) {
  if (highInB !== lowInB) return lowInB;
  return lowInB ? fallsB : fallsA;
}
