// Makes a dossier fit one page of paper: the chart is drawn again as wide as the paper.
import { printChart } from "./paper_chart.mjs";
import { part, setText } from "./text.mjs";

/** Inside of A4 with the margins of print.css, at 96 dots per inch. */
const PAPER_PX = 718;
/** Share of the height on the screen, and the most that leaves room for everything else. */
const LOWER = 0.72;
const MOST_PX = 560;

/** @param {HTMLElement} root of the dossier */
export function fitPaper(root) {
  const find = () => {
    setText(part(root, "address"), location.href);
    return root.querySelector(".js-plotly-plot");
  };
  return printChart(find, (height) => ({
    width: PAPER_PX,
    height: Math.min(MOST_PX, Math.round(LOWER * height)),
  }));
}
