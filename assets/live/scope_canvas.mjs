// Draws the Scope's lines without a GPU. scope_gl.mjs has the same methods.
import { Raster } from "./scope_raster.mjs";

const WIDTH_PX = 1.4;

/**
 * What a Scope shows, laid out; CSS px from the host's top left corner.
 * @typedef {object} ScopeScene
 * @property {import("./scope_group.mjs").ScopeGroup[]} groups each with lines, top and bottom
 * @property {object} theme
 * @property {import("./time_axis.mjs").TimeAxis} axis
 * @property {number} width
 * @property {number} height
 * @property {number} left of the plot
 * @property {number} right
 * @property {number} bottom
 * @property {number} t0 ms
 * @property {number} t1 ms
 */

/**
 * @typedef {object} ScopeRenderer
 * @property {"canvas" | "gl"} name
 * @property {HTMLCanvasElement} canvas
 * @property {(width: number, height: number, dpr: number) => void} resize
 * @property {(scene: ScopeScene) => void} draw
 * @property {() => void} linesChanged other lines or other colours
 * @property {() => void} destroy
 */

/** @implements {ScopeRenderer} */
export class ScopeCanvas {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.name = "canvas";
    this.canvas = canvas;
    // Pixels come from this side: a copy on a GPU would only have to be brought there.
    this._ctx = canvas.getContext("2d", { willReadFrequently: true });
    this._raster = null;
    this._dpr = 1;
  }

  resize(width, height, dpr) {
    this._dpr = dpr;
    this.canvas.width = Math.max(1, Math.round(width * dpr));
    this.canvas.height = Math.max(1, Math.round(height * dpr));
    this._raster = null;
  }

  linesChanged() {}

  /** @param {ScopeScene} scene */
  draw(scene) {
    const left = Math.round(scene.left * this._dpr);
    const width = Math.max(1, Math.round(scene.right * this._dpr) - left);
    if (this._raster?.width !== width || this._left !== left) {
      this._raster = new Raster(width, this.canvas.height);
      this._ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
      this._left = left;
    }
    this._raster.clear();
    for (const group of scene.groups) this._drawGroup(scene, group, width);
    this._ctx.putImageData(this._raster.image, left, 0);
  }

  destroy() {}

  _drawGroup({ t0, t1 }, group, width) {
    const { buffer } = group.kept;
    const { stepMs } = buffer;
    const from = Math.max(buffer.firstStep, Math.floor(t0 / stepMs));
    const to = Math.min(buffer.headStep, Math.ceil(t1 / stepMs));
    if (to < from) return;
    const px = width / (t1 - t0);
    const top = Math.round(group.top * this._dpr);
    const bottom = Math.round(group.bottom * this._dpr);
    const place = {
      from, to, top, bottom, x: (from * stepMs - t0) * px, stepPx: stepMs * px, low: 0, valuePx: 0,
    };
    for (const line of group.lines) {
      place.low = line.low;
      place.valuePx = (bottom - top) / (line.high - line.low);
      this._raster.line(buffer, line.slot, place, line.color, WIDTH_PX * this._dpr);
    }
  }
}
