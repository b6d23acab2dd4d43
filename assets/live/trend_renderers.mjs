// What the charts of a section are drawn with: one GL context for all of them, or 2D canvases.
import { CanvasRenderer } from "./trend_canvas.mjs";
import { GlRenderer, SharedLines } from "./trend_gl.mjs";
import { chooseLines } from "./renderer_choice.mjs";

/** A browser that has not given a context back by then will not. */
const PATIENCE_MS = 2000;

export class TrendRenderers {
  /**
   * @param {import("./window_buffer.mjs").WindowBuffer} buffer
   * @param {{onRedraw: () => void, onSwitch: () => void}} callbacks `onSwitch`: `kind` changed,
   *   renderers made before no longer work
   */
  constructor(buffer, { onRedraw, onSwitch }) {
    this._onSwitch = onSwitch;
    const options = { lines: buffer.signals, slots: buffer.slots };
    const lines = chooseLines(document.createElement("canvas"), options);
    this._shared = lines && new SharedLines(lines, buffer);
    if (lines) this._follow(lines, onRedraw);
  }

  /** @returns {"gl" | "canvas"} */
  get kind() {
    return this._shared ? "gl" : "canvas";
  }

  /** @param {HTMLElement} host @returns {import("./trend_canvas.mjs").Renderer} */
  make(host) {
    return this._shared ? new GlRenderer(host, this._shared) : new CanvasRenderer(host);
  }

  destroy() {
    clearTimeout(this._timer);
    this._shared?.destroy();
    this._shared = null;
  }

  _follow(lines, onRedraw) {
    lines.onLost = () => {
      this._timer = setTimeout(() => this._giveUp(), PATIENCE_MS);
      onRedraw();
    };
    lines.onRestored = () => {
      clearTimeout(this._timer);
      onRedraw();
    };
  }

  _giveUp() {
    this.destroy();
    this._onSwitch();
  }
}
