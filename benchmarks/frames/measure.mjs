// Runs one contestant and says its times; `window.measure` is called by bench_frames.py.
import { chartCanvas, chartGl, glLines } from "./ours.mjs";
import { plotly, uplot, webglPlot } from "./peers.mjs";

const CONTESTANTS = { glLines, webglPlot, chartGl, chartCanvas, uplot, plotly };
const WARM_UP = 5;
const DRAWS = ["drawArrays", "drawElements", "drawArraysInstanced", "drawElementsInstanced"];

const nextFrame = () => new Promise((done) => requestAnimationFrame(done));

/**
 * @param {{name: string, lines: number, points: number, frames: number, seconds: number,
 *   stubbed: boolean}} run `stubbed`: GL draws nothing, so that a software GPU's work does not
 *   stand in the way of the next frame's JS; uploads are kept
 * @returns {Promise<{js: number[], intervals: number[]}>} ms
 */
window.measure = async ({ name, lines, points, frames, seconds, stubbed }) => {
  const host = document.getElementById("host");
  const contestant = await CONTESTANTS[name](host, lines, points);
  await nextFrame();
  await nextFrame();
  const unstub = stubbed ? stub() : () => {};
  const result = { js: [], intervals: [] };
  const end = performance.now() + seconds * 1000;
  let before = 0;
  for (let n = 0; n < frames + WARM_UP && (n < WARM_UP + 3 || performance.now() < end); n += 1) {
    const time = await nextFrame();
    const started = performance.now();
    const done = contestant.frame(n);
    if (done) await done;
    const took = performance.now() - started;
    if (n >= WARM_UP) {
      result.js.push(took);
      result.intervals.push(time - before);
    }
    before = time;
  }
  unstub();
  contestant.destroy();
  host.replaceChildren();
  return result;
};

function stub() {
  const prototypes = [WebGLRenderingContext.prototype, WebGL2RenderingContext.prototype];
  const undo = [];
  for (const prototype of prototypes) {
    for (const name of DRAWS.filter((one) => one in prototype)) {
      const real = prototype[name];
      undo.push(() => (prototype[name] = real));
      prototype[name] = () => {};
    }
  }
  return () => undo.forEach((one) => one());
}

window.ready = true;
