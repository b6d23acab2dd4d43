// Makes a dossier fit one page of paper: the chart is drawn again as wide as the paper.

import { part, setText } from "./text.mjs";

/** Inside of A4 with the margins of print.css, at 96 dots per inch. */
const PAPER_PX = 718;
/** Share of the height on the screen, and the most that leaves room for everything else. */
const LOWER = 0.72;
const MOST_PX = 560;

/** @param {HTMLElement} root of the dossier */
export function fitPaper(root) {
  let screen = null;

  function before() {
    setText(part(root, "address"), location.href);
    const chart = root.querySelector(".js-plotly-plot");
    if (screen || !chart?._fullLayout || !window.Plotly) return;
    const { height } = chart._fullLayout;
    screen = { chart, height };
    draw({ autosize: false, width: PAPER_PX, height: Math.min(MOST_PX, Math.round(LOWER * height)) });
  }

  function after() {
    if (!screen) return;
    draw({ autosize: true, width: null, height: screen.height });
    screen = null;
  }

  /** Drawn before it returns: a promise would be too late for the paper. */
  function draw(size) {
    window.Plotly.relayout(screen.chart, size);
  }

  addEventListener("beforeprint", before);
  addEventListener("afterprint", after);
  return {
    destroy() {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    },
  };
}
