// The peers, each used the cheapest way that it offers.
import uPlot from "./node_modules/uplot/dist/uPlot.esm.js";
import { ColorRGBA, WebglLine, WebglPlot } from "./node_modules/webgl-plot/dist/webglplot.esm.js";
import { canvasIn, HEIGHT, START, wave, WIDTH } from "./scene.mjs";

/** Lines only. The newest reading takes the oldest one's place: it cannot draw a ring in order. */
export function webglPlot(host, lines, points) {
  const plot = new WebglPlot(canvasIn(host));
  const all = Array.from({ length: lines }, (_, i) => {
    const line = new WebglLine(new ColorRGBA(0.2, 0.4, 0.6, 1), points);
    line.arrangeX();
    for (let p = 0; p < points; p += 1) line.setY(p, wave(i, p));
    plot.addLine(line);
    return line;
  });
  return {
    frame(n) {
      const place = n % points;
      for (let i = 0; i < lines; i += 1) all[i].setY(place, wave(i, points + n));
      plot.gOffsetX = (-2 * place) / points;
      plot.update();
    },
    destroy: () => plot.webgl.getExtension("WEBGL_lose_context")?.loseContext(),
  };
}

/** With axes; its own decimation to pixels. */
export function uplot(host, lines, points) {
  const data = [Float64Array.from({ length: points }, (_, i) => START + i)];
  for (let line = 0; line < lines; line += 1) {
    data.push(Float64Array.from({ length: points }, (_, i) => wave(line, i)));
  }
  const series = [{}, ...data.slice(1).map(() => ({ stroke: "#2b5c8a", width: 1.4, points: { show: false } }))];
  const options = {
    width: WIDTH, height: HEIGHT - 30, series, legend: { show: false }, cursor: { show: false },
    scales: { y: { range: [-1, 1] } },
  };
  const plot = new uPlot(options, data, host);
  return {
    frame(n) {
      data.forEach((column, i) => {
        column.copyWithin(0, 1);
        column[points - 1] = i === 0 ? START + points + n : wave(i - 1, points + n);
      });
      plot.setData(data);
      // It draws in a microtask, which the measure waits for.
      return Promise.resolve();
    },
    destroy: () => plot.destroy(),
  };
}

/** Plotly's scattergl traces, extended by a point each. */
export async function plotly(host, lines, points) {
  await load("node_modules/plotly.js-dist-min/plotly.min.js");
  const element = document.createElement("div");
  host.append(element);
  const x = Array.from({ length: points }, (_, i) => i);
  const traces = Array.from({ length: lines }, (_, line) => ({
    type: "scattergl", mode: "lines", x: [...x], y: x.map((i) => wave(line, i)), line: { width: 1.4 },
  }));
  const layout = { width: WIDTH, height: HEIGHT, showlegend: false, yaxis: { range: [-1, 1] } };
  await window.Plotly.newPlot(element, traces, layout, { staticPlot: true });
  const indices = traces.map((_, i) => i);
  return {
    frame(n) {
      const step = points + n;
      const added = { x: indices.map(() => [step]), y: indices.map((line) => [wave(line, step)]) };
      return window.Plotly.extendTraces(element, added, indices, points);
    },
    destroy: () => window.Plotly.purge(element),
  };
}

function load(src) {
  return new Promise((onload, onerror) => {
    document.head.append(Object.assign(document.createElement("script"), { src, onload, onerror }));
  });
}
