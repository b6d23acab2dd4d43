// Eight shapes that tell lines apart without colour, on canvas and in the legend alike.

const R = 3.6;

/** Outlines around (0, 0) as SVG path data. */
const OUTLINES = [
  `M${-R} 0a${R} ${R} 0 1 0 ${2 * R} 0a${R} ${R} 0 1 0 ${-2 * R} 0z`,
  `M-3.2-3.2h6.4v6.4h-6.4z`,
  `M0-4.4L4.2 3.2H-4.2z`,
  `M0-4.6L4.6 0L0 4.6L-4.6 0z`,
  `M0 4.4L4.2-3.2H-4.2z`,
  `M-1.5-4.4h3v2.9h2.9v3h-2.9v2.9h-3v-2.9h-2.9v-3h2.9z`,
  `M-1.6-4.6h3.2v9.2h-3.2z`,
  `M-4.6-1.6h9.2v3.2h-9.2z`,
];

const SVG = "http://www.w3.org/2000/svg";
let paths = null;

/** @param {number} shape 0…7 @returns {Path2D} around (0, 0), shared */
export function markerPath(shape) {
  paths ??= OUTLINES.map((outline) => new Path2D(outline));
  return paths[shape];
}

/** @param {import("./trend_groups.mjs").Line} line @returns {SVGElement} its line and shape */
export function swatch({ series, marker }) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "-13 -6 26 12");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("trend-swatch", `trend-swatch--${series}`);
  svg.append(pathOf("M-13-0.9h26v1.8h-26z"), pathOf(OUTLINES[marker]));
  return svg;
}

function pathOf(outline) {
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", outline);
  return path;
}
