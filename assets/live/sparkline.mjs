// A small line of the last 15 minutes, gaps left open; drawn every 15 s, so SVG is enough.
import { formatNumber } from "./format.mjs";
import { t } from "./words.mjs";

const WIDTH = 240;
const HEIGHT = 32;
const PAD = 2;

/**
 * @param {HTMLElement} host
 * @param {{first: number, step: number, values: (number | null)[]}} line oldest first
 * @param {{label: string, unit: string, decimals: number, low: number, high: number}} gauge
 */
export function sparkline(host, line, gauge, settings) {
  const numbers = line.values.filter((value) => value !== null);
  if (!numbers.length) return host.replaceChildren();
  const [low, high] = range(numbers, gauge);
  const minutes = Math.round(settings.windowS / 60);
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)].map((x) => formatNumber(x, gauge.decimals));
  const { label, unit } = gauge;
  const text = t("{label}, last {minutes} min: {least} to {most} {unit}", { label, minutes, least, most, unit });
  host.innerHTML =
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img"><title></title>` +
    `<path d="${path(line.values, low, high)}" /></svg><span class="spark__label"></span>`;
  host.querySelector("title").textContent = text;
  host.querySelector(".spark__label").textContent = text;
}

/** At least a twentieth of the scale, so that noise of a steady signal looks steady. */
function range(numbers, gauge) {
  const low = Math.min(...numbers);
  const high = Math.max(...numbers);
  const missing = Math.max(0, (gauge.high - gauge.low) / 20 - (high - low));
  return [low - missing / 2, high + missing / 2];
}

function path(values, low, high) {
  const x = (index) => ((WIDTH * index) / Math.max(1, values.length - 1)).toFixed(1);
  const y = (value) => (HEIGHT - PAD - ((HEIGHT - 2 * PAD) * (value - low)) / (high - low)).toFixed(1);
  let pen = "M";
  let d = "";
  values.forEach((value, index) => {
    if (value !== null) d += `${pen}${x(index)} ${y(value)}`;
    pen = value === null ? "M" : "L";
  });
  return d;
}
