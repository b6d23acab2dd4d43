// How many alarms came in each ten minutes, with the line they should stay under.
import { formatMinute } from "./format.mjs";
import { t } from "./words.mjs";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 1000;
const HEIGHT = 130;
const LEFT = 44;
const BOTTOM = 24;
const TOP = 10;
const HOURS = [1, 2, 3, 6, 12, 24, 48];
const HOUR_MS = 3_600_000;
const STEP_MS = 600_000;

/**
 * @param {[number, number][]} rate begin (ms) and count of each ten minutes
 * @param {number} target alarms in ten minutes; more is drawn as abnormal
 * @param {number} flood alarms in ten minutes that begin a flood
 * @param {string} timeZone
 * @returns {SVGElement}
 */
export function rateChart(rate, target, flood, timeZone) {
  const svg = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "alarm-rate" });
  svg.setAttribute("aria-label", summary(rate, target));
  if (!rate.length) return svg;
  const most = Math.max(flood * 1.2, ...rate.map(([, count]) => count));
  const first = rate[0][0];
  const last = rate.at(-1)[0] + STEP_MS;
  const x = (ts) => LEFT + ((WIDTH - LEFT) * (ts - first)) / (last - first);
  const y = (count) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * count) / most;
  svg.append(...hours(first, last, x, timeZone), ...bars(rate, x, y, target, flood));
  // Where the scale is coarse the two lines are too near for two texts.
  const near = y(target) - y(flood) < 12;
  const wanted = near ? "" : t("target {target}", { target });
  svg.append(...line(target, y, wanted), ...line(flood, y, t("flood {n}", { n: flood })));
  return svg;
}

function summary(rate, target) {
  const over = rate.filter(([, count]) => count > target).length;
  return t("Alarms in each ten minutes: {over} of {all} over the target of {target}", {
    over, all: rate.length, target,
  });
}

function bars(rate, x, y, target, flood) {
  const width = Math.max(1, x(rate[0][0] + STEP_MS) - x(rate[0][0]) - 1);
  return rate.filter(([, count]) => count > 0).map(([ts, count]) => {
    const kind = count > flood ? "flood" : count > target ? "over" : "ok";
    return shape("rect", { x: x(ts), y: y(count), width, height: y(0) - y(count), class: `alarm-rate__${kind}` });
  });
}

function line(count, y, words) {
  const at = y(count);
  return [
    shape("line", { x1: LEFT, x2: WIDTH, y1: at, y2: at, class: "alarm-rate__line" }),
    text(LEFT + 4, at - 4, words),
  ];
}

function hours(first, last, x, timeZone) {
  const every = (HOURS.find((h) => (last - first) / (h * HOUR_MS) <= 9) ?? 168) * HOUR_MS;
  const marks = [];
  for (let ts = Math.ceil(first / every) * every; ts < last; ts += every) {
    marks.push(shape("line", { x1: x(ts), x2: x(ts), y1: TOP, y2: HEIGHT - BOTTOM, class: "alarm-rate__hour" }));
    if (x(ts) < WIDTH - 40) marks.push(text(x(ts), HEIGHT - 6, formatMinute(ts, timeZone)));
  }
  return marks;
}

export function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function text(x, y, words) {
  const element = shape("text", { x, y, class: "alarm-rate__text" });
  element.textContent = words;
  return element;
}
