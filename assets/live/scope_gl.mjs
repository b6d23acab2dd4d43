// Draws the Scope's lines with WebGL2. scope_canvas.mjs has the same methods.
import { chooseLines } from "./renderer_choice.mjs";
import { USABLE } from "./window_buffer.mjs";

/** A delta may correct readings as old as this. */
const CORRECTED_STEPS = 12;
/** A browser that has not given a lost context back by then will not. */
const PATIENCE_MS = 2000;

/** @implements {import("./scope_canvas.mjs").ScopeRenderer} */
export class ScopeGl {
  /**
   * @param {HTMLCanvasElement} canvas without a context
   * @param {{lines: number, slots: number}} options most lines and steps
   * @param {{onRestored: () => void, onGone: () => void}} callbacks everything must be drawn
   *   again; this renderer no longer works
   * @returns {ScopeGl | null} null where a canvas is the better choice
   */
  static create(canvas, options, callbacks) {
    const gl = chooseLines(canvas, options);
    return gl && new ScopeGl(canvas, gl, options.slots, callbacks);
  }

  constructor(canvas, gl, slots, { onRestored, onGone }) {
    this.name = "gl";
    this.canvas = canvas;
    this._gl = gl;
    this._values = new Float32Array(slots);
    this._dpr = 1;
    this._order = new Map();
    gl.onLost = () => (this._timer = setTimeout(onGone, PATIENCE_MS));
    gl.onRestored = () => {
      clearTimeout(this._timer);
      onRestored();
    };
  }

  resize(width, height, dpr) {
    this._dpr = dpr;
    this.canvas.width = Math.max(1, Math.round(width * dpr));
    this.canvas.height = Math.max(1, Math.round(height * dpr));
  }

  linesChanged() {
    this._order.clear();
    this._gl.reset();
  }

  /** @param {import("./scope_canvas.mjs").ScopeScene} scene */
  draw(scene) {
    if (this._order.size === 0) this._number(scene.groups);
    for (const group of scene.groups) this._upload(group);
    this._gl.begin([0, 0, 0, 0]);
    for (const group of scene.groups) this._drawGroup(scene, group);
  }

  destroy() {
    clearTimeout(this._timer);
    this._gl.destroy();
  }

  _number(groups) {
    let next = 0;
    for (const group of groups) {
      const lines = group.lines.map(() => next++);
      group.lines.forEach((line, i) => this._gl.setColor(lines[i], line.color.map((c) => c / 255)));
      this._order.set(group, { lines, ranges: new Float32Array(2 * lines.length), epoch: -1, head: -1 });
    }
  }

  /** Send what is new of a group's lines. */
  _upload(group) {
    const { buffer, epoch } = group.kept;
    const sent = this._order.get(group);
    if (sent.epoch === epoch && sent.version === buffer.version) return;
    const after = sent.epoch === epoch ? sent.head - CORRECTED_STEPS : -1;
    const from = Math.max(buffer.firstStep, after);
    group.lines.forEach((line, i) => this._write(buffer, line.slot, sent.lines[i], from));
    Object.assign(sent, { epoch, version: buffer.version, head: buffer.headStep });
  }

  _write(buffer, slot, line, from) {
    const { values, qualities, slots, headStep } = buffer;
    let count = 0;
    for (let step = from; step <= headStep; step += 1) {
      const at = slot * slots + (step % slots);
      this._values[count] = qualities[at] <= USABLE ? values[at] : NaN;
      count += 1;
    }
    if (count) this._gl.write(line, from, this._values.subarray(0, count));
  }

  _drawGroup(scene, group) {
    const { buffer } = group.kept;
    if (buffer.headStep < buffer.firstStep) return;
    const { lines, ranges } = this._order.get(group);
    group.lines.forEach((line, i) => {
      ranges[2 * i] = line.low;
      ranges[2 * i + 1] = line.high;
    });
    const px = (css) => Math.round(css * this._dpr);
    this._gl.draw({
      x: px(scene.left), y: px(group.top),
      width: px(scene.right) - px(scene.left), height: px(group.bottom) - px(group.top),
      firstStep: scene.t0 / buffer.stepMs, lastStep: scene.t1 / buffer.stepMs,
      headStep: buffer.headStep, oldestStep: buffer.firstStep,
      lines, ranges, widthPx: 1.4 * this._dpr,
    });
  }
}
