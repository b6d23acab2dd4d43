// Charts whose lines the GPU draws; all that stands behind and before them is the 2D canvas's.
import { CanvasRenderer } from "./trend_canvas.mjs";
import { DIMMED, LINE_WIDTH, LIT_WIDTH, litIndex } from "./trend_lane_paths.mjs";
import { usable } from "./trend_paths.mjs";

/**
 * The lines of all charts of a section. Browsers give a page about sixteen GL contexts, so charts
 * share one: each draws its lines there and copies the picture.
 */
export class SharedLines {
  /**
   * @param {import("./gl_lines.mjs").GlLines} lines one for each signal
   * @param {import("./window_buffer.mjs").WindowBuffer} buffer
   */
  constructor(lines, buffer) {
    this.canvas = lines.canvas;
    this._lines = lines;
    this._buffer = buffer;
    this._version = -1;
    this._colors = [];
    this._row = new Float32Array(buffer.slots);
    this._lanes = new WeakMap();
  }

  /** While it is, charts must draw their lines themselves. */
  get lost() {
    return this._lines.lost;
  }

  destroy() {
    this._lines.destroy();
  }

  /** Copy what changed in the window. */
  sync() {
    const { _buffer: buffer, _lines: lines } = this;
    if (this._version === buffer.version) return;
    const changed = buffer.changedSince(this._version);
    if (changed < 0) lines.reset();
    const first = Math.max(changed, buffer.firstStep);
    const count = buffer.headStep - first + 1;
    for (let slot = 0; slot < buffer.signals && count > 0; slot += 1) {
      lines.write(slot, first, this._read(slot, first, count));
    }
    this._version = buffer.version;
  }

  /** The canvas must hold the largest chart; it never shrinks, since each change clears it. */
  reserve(width, height) {
    if (this.canvas.width < width) this.canvas.width = width;
    if (this.canvas.height < height) this.canvas.height = height;
  }

  /** @param {string} css of a line @param {CanvasRenderingContext2D} ctx understands CSS */
  setColor(slot, css, ctx) {
    if (this._colors[slot] === css) return;
    this._colors[slot] = css;
    ctx.fillStyle = css;
    const hex = ctx.fillStyle;
    const byte = (at) => parseInt(hex.slice(at, at + 2), 16) / 255;
    this._lines.setColor(slot, [byte(1), byte(3), byte(5), 1]);
  }

  begin() {
    this._lines.begin();
  }

  /** @param {(index: number) => boolean} which of the lane's shown lines */
  draw(scene, lane, dpr, which, widthPx) {
    const { left, right, t0, t1 } = scene;
    const { stepMs, headStep, firstStep: oldestStep } = this._buffer;
    const top = Math.round(lane.top * dpr);
    const x = Math.round(left * dpr);
    this._lines.draw({
      x, y: top, width: Math.round(right * dpr) - x, height: Math.round(lane.bottom * dpr) - top,
      firstStep: t0 / stepMs, lastStep: t1 / stepMs, headStep, oldestStep,
      ...this._chosen(lane, which), widthPx: widthPx * dpr,
    });
  }

  _chosen(lane, which) {
    let chosen = this._lanes.get(lane);
    if (!chosen) this._lanes.set(lane, (chosen = { lines: [], ranges: [] }));
    chosen.lines.length = chosen.ranges.length = 0;
    lane.lines.forEach((line, index) => {
      if (!line.shown || !which(index)) return;
      chosen.lines.push(line.slot);
      chosen.ranges.push(lane.range.low, lane.range.high);
    });
    return chosen;
  }

  _read(slot, first, count) {
    const { values, qualities, slots } = this._buffer;
    for (let i = 0; i < count; i += 1) {
      const at = slot * slots + ((first + i) % slots);
      this._row[i] = usable(values[at], qualities[at]) ? values[at] : NaN;
    }
    return this._row.subarray(0, count);
  }
}

/** @implements {import("./trend_canvas.mjs").Renderer} */
export class GlRenderer extends CanvasRenderer {
  /** @param {HTMLElement} host @param {SharedLines} shared */
  constructor(host, shared) {
    super(host);
    this._shared = shared;
  }

  _drawLines(scene) {
    if (this._shared.lost) {
      super._drawLines(scene);
      return;
    }
    this._prepare(scene);
    const lit = scene.lanes.some((lane) => litIndex(lane, scene.highlight) >= 0);
    if (lit) this._copy(scene, DIMMED, (lane) => this._drawDimmed(scene, lane));
    this._copy(scene, 1, (lane) => this._drawFull(scene, lane));
    this._drawPaths(scene, false);
  }

  _drawDimmed(scene, lane) {
    const lit = litIndex(lane, scene.highlight);
    if (lit >= 0) this._shared.draw(scene, lane, this._dpr, (index) => index !== lit, LINE_WIDTH);
  }

  _drawFull(scene, lane) {
    const lit = litIndex(lane, scene.highlight);
    const which = (index) => lit < 0 || index === lit;
    this._shared.draw(scene, lane, this._dpr, which, lit < 0 ? LINE_WIDTH : LIT_WIDTH);
  }

  _prepare(scene) {
    const { _shared: shared, canvas } = this;
    shared.sync();
    shared.reserve(canvas.width, canvas.height);
    for (const lane of scene.lanes) {
      for (const line of lane.lines) {
        shared.setColor(line.slot, scene.theme.series[line.series], this._ctx);
      }
    }
  }

  /** Lines of one opacity, laid over the canvas as a whole, so that they do not add up. */
  _copy(scene, alpha, drawLane) {
    const { _ctx: ctx, _dpr: dpr, _shared: shared } = this;
    shared.begin();
    for (const lane of scene.lanes) if (lane.kind === "lines" && lane.shown > 0) drawLane(lane);
    const right = Math.min(this.canvas.width, Math.round(scene.right * dpr));
    const bottom = Math.min(this.canvas.height, Math.round(scene.bottom * dpr));
    if (!(right > 0 && bottom > 0)) return;
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.globalAlpha = alpha;
    ctx.drawImage(shared.canvas, 0, 0, right, bottom, 0, 0, right, bottom);
    ctx.restore();
  }
}
