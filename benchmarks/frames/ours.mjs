// Meltwatch's lines and whole charts, as contestants: make(host, lines, points) → { frame, destroy }.
import { GlLines } from "/assets/live/gl_lines.mjs";
import { CanvasRenderer } from "/assets/live/trend_canvas.mjs";
import { TrendChart } from "/assets/live/trend_chart.mjs";
import { GlRenderer, SharedLines } from "/assets/live/trend_gl.mjs";
import { TrendTheme } from "/assets/live/trend_theme.mjs";
import { WindowBuffer } from "/assets/live/window_buffer.mjs";
import { canvasIn, HEIGHT, START, WIDTH, wave } from "./scene.mjs";

/** Lines only, as webgl-plot draws. */
export function glLines(host, lines, points) {
  const canvas = canvasIn(host);
  const gl = GlLines.create(canvas, { lines, slots: points, allowSoftware: true });
  const all = Array.from({ length: lines }, (_, i) => i);
  const ranges = new Float32Array(lines * 2).map((_, i) => (i % 2 ? 1 : -1));
  const one = new Float32Array(1);
  for (const line of all) gl.write(line, START, Float32Array.from({ length: points }, (_, i) => wave(line, i)));
  const shown = {
    x: 0, y: 0, width: WIDTH, height: HEIGHT, firstStep: 0, lastStep: 0, headStep: 0, oldestStep: 0,
    lines: all, ranges,
  };
  return {
    frame(n) {
      const head = START + points + n;
      for (let line = 0; line < lines; line += 1) {
        one[0] = wave(line, points + n);
        gl.write(line, head, one);
      }
      shown.headStep = shown.lastStep = head;
      shown.oldestStep = shown.firstStep = head - points + 1;
      gl.begin();
      gl.draw(shown);
    },
    destroy: () => gl.destroy(),
  };
}

export const chartGl = (host, lines, points) => chart(host, lines, points, (buffer) => {
  const canvas = document.createElement("canvas");
  const gl = GlLines.create(canvas, { lines, slots: points, allowSoftware: true });
  const shared = new SharedLines(gl, buffer);
  return { make: (plot) => new GlRenderer(plot, shared), destroy: () => shared.destroy() };
});

export const chartCanvas = (host, lines, points) =>
  chart(host, lines, points, () => ({ make: (plot) => new CanvasRenderer(plot), destroy() {} }));

/** A chart as on the Extruder page: axes, ticks, ranges, shapes on lines, all lines in one lane. */
function chart(host, lines, points, renderers) {
  const buffer = new WindowBuffer(lines, points, 1000);
  buffer.apply(message(lines, points, START, false));
  const { make, destroy } = renderers(buffer);
  const view = { t0: 0, t1: 0, span: (points - 1) * 1000, crosshair: null, mode: "live" };
  const theme = new TrendTheme(host, () => {});
  const plot = document.createElement("div");
  plot.className = "trend-plot";
  plot.style.cssText = `width: ${WIDTH}px; height: ${HEIGHT}px`;
  host.append(plot);
  const one = new TrendChart(plot, groupOf(lines), {
    buffer, view, theme, timeZone: "UTC", onResize() {}, makeRenderer: make,
  });
  return {
    frame(n) {
      const step = START + points + n;
      buffer.apply(message(lines, 1, step, true));
      view.t1 = step * 1000;
      view.t0 = view.t1 - view.span;
      // A chart does not draw moves that cannot be seen; here each frame counts.
      one.invalidate();
      one.frame("");
    },
    destroy() {
      one.destroy();
      destroy();
      theme.destroy();
    },
  };
}

function groupOf(count) {
  const lines = Array.from({ length: count }, (_, slot) => ({
    slot, series: (slot % 8) + 1, marker: slot % 8, shown: true,
    signal: { name: `S${slot}`, label: `S${slot}`, decimals: 2 },
  }));
  return { name: "All", lines, lanes: [{ kind: "lines", lines, unit: "", low: -1, high: 1 }] };
}

function message(signals, steps, first, delta) {
  const values = new Float32Array(signals * steps);
  for (let i = 0; i < steps; i += 1) {
    for (let line = 0; line < signals; line += 1) values[i * signals + line] = wave(line, first - START + i);
  }
  return {
    signals, stepMs: 1000, steps, firstTs: first * 1000, headTs: (first + steps - 1) * 1000,
    revision: 0, delta, values, quality: new Uint8Array(signals * steps),
  };
}
