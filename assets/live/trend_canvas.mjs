// Draws a chart on a 2D canvas. Another renderer needs the same methods: see Renderer.
import { drawAxes, drawLimits } from "./trend_axes.mjs";
import { LanePaths } from "./trend_lane_paths.mjs";
import { drawMarks } from "./trend_marks.mjs";
import { drawStates } from "./trend_states.mjs";

/**
 * What a chart shows, laid out; changed in place, never kept by a renderer.
 * @typedef {object} Scene
 * @property {import("./window_buffer.mjs").WindowBuffer} buffer
 * @property {import("./trend_theme.mjs").TrendTheme} theme
 * @property {import("./time_axis.mjs").TimeAxis} axis laid for t0…t1
 * @property {number} revision grows when other lines are shown
 * @property {number} highlight slot, -1 for none
 * @property {number} width CSS px; so are height, left, right, bottom
 * @property {number} height
 * @property {number} left of the plot
 * @property {number} right
 * @property {number} bottom
 * @property {number} t0 ms
 * @property {number} t1 ms
 * @property {import("./trend_marks.mjs").Mark[]} marks in order of time
 * @property {boolean} overlay lanes of lines shall lie over each other
 * @property {boolean} overlaid they do: there is more than one
 * @property {SceneLane[]} lanes
 */

/**
 * A lane (trend_groups.mjs) with its range and place.
 * @typedef {import("./trend_groups.mjs").Lane & {range: import("./trend_range.mjs").ValueRange,
 *   title: string, decimals: number, shown: number, limits: {name: string, value: number}[],
 *   top: number, bottom: number}} SceneLane
 */

/**
 * @typedef {object} Renderer
 * @property {(width: number, height: number, dpr: number) => void} resize
 * @property {(scene: Scene) => void} draw
 * @property {() => void} destroy
 */

/** @implements {Renderer} */
export class CanvasRenderer {
  /** @param {HTMLElement} host gets the canvas as its first child */
  constructor(host) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = "trend-canvas";
    host.prepend(this.canvas);
    this._ctx = this.canvas.getContext("2d", { alpha: false });
    /** @type {Map<SceneLane, LanePaths>} */
    this._paths = new Map();
    this._dpr = 1;
  }

  resize(width, height, dpr) {
    this._dpr = dpr;
    this.canvas.width = Math.max(1, Math.round(width * dpr));
    this.canvas.height = Math.max(1, Math.round(height * dpr));
  }

  /** @param {Scene} scene */
  draw(scene) {
    const ctx = this._ctx;
    ctx.setTransform(this._dpr, 0, 0, this._dpr, 0, 0);
    ctx.globalAlpha = 1;
    drawAxes(ctx, scene);
    for (const lane of scene.lanes) {
      if (lane.shown === 0) continue;
      if (lane.kind === "states") drawStates(ctx, scene, lane);
      else drawLimits(ctx, scene, lane);
    }
    this._drawLines(scene);
    drawMarks(ctx, scene);
  }

  destroy() {
    this.canvas.remove();
    this._paths.clear();
  }

  _drawLines(scene) {
    this._drawPaths(scene, true);
  }

  _drawPaths(scene, withLines) {
    for (const lane of scene.lanes) {
      if (lane.kind === "lines" && lane.shown > 0) this._drawLane(scene, lane, withLines);
    }
  }

  _drawLane(scene, lane, withLines) {
    const ctx = this._ctx;
    const paths = this._pathsOf(lane);
    paths.refresh(scene, lane, this._dpr, withLines);
    const { left, right } = scene;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, lane.top, right - left, lane.bottom - lane.top);
    ctx.clip();
    ctx.translate(paths.offset(scene), 0);
    paths.draw(ctx, scene, lane);
    ctx.restore();
  }

  _pathsOf(lane) {
    let paths = this._paths.get(lane);
    if (!paths) this._paths.set(lane, (paths = new LanePaths()));
    return paths;
  }
}
