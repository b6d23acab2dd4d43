// Rows per minute over the last hours; a minute of which nothing is known is a gap.
import { shape } from "./alarm_rate_chart.mjs";
import { countText } from "./cost_words.mjs";
import { formatMinute } from "./format.mjs";
import { t } from "./words.mjs";

const HEIGHT = 150;
const TOP = 20;
const BOTTOM = 22;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Two labels of hours need so many pixels. */
const LABEL_PX = 70;

export class CostChart {
  constructor(host, timeZone) {
    Object.assign(this, { _host: host, _timeZone: timeZone, _rows: null });
    this._sizes = new ResizeObserver(() => this._draw());
    this._sizes.observe(host);
  }

  destroy() {
    this._sizes.disconnect();
    this._host.replaceChildren();
  }

  /** @param {{first: number, values: (number | null)[]}} rows first minute (ms), rows of each */
  draw(rows) {
    const key = JSON.stringify(rows);
    if (key === this._key) return;
    Object.assign(this, { _key: key, _rows: rows });
    this._draw();
  }

  _draw() {
    const width = this._host.clientWidth;
    if (!this._rows || !width) return;
    const { first, values } = this._rows;
    const known = values.filter((value) => value !== null);
    const most = roundUp(Math.max(1, ...known));
    const x = (ts) => (width * (ts - first)) / (values.length * MINUTE_MS);
    const y = (value) => HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / most;
    const svg = shape("svg", { width, height: HEIGHT, role: "img", class: "cost-chart" });
    svg.setAttribute("aria-label", this._summary());
    svg.append(
      ...this._hours(first, values.length, x, width),
      level(0, y, width),
      level(most, y, width),
      label(0, TOP - 6, known.length ? t("{n} rows/min", { n: countText(most) }) : t("nothing is known yet")),
      shape("path", { d: path(first, values, x, y), class: "cost-chart__line" }),
    );
    this._host.replaceChildren(svg);
  }

  _hours(first, minutes, x, width) {
    const every = Math.max(1, Math.ceil((LABEL_PX * minutes) / 60 / width)) * HOUR_MS;
    const marks = [];
    for (let ts = Math.ceil(first / every) * every; ts < first + minutes * MINUTE_MS; ts += every) {
      marks.push(shape("line", { x1: x(ts), x2: x(ts), y1: TOP, y2: HEIGHT - BOTTOM, class: "cost-chart__hour" }));
      if (x(ts) < width - 40) marks.push(label(x(ts), HEIGHT - 5, formatMinute(ts, this._timeZone)));
    }
    return marks;
  }

  _summary() {
    const { first, values } = this._rows;
    const known = values.filter((value) => value !== null);
    if (!known.length) return t("Rows per minute: nothing is known yet");
    const most = Math.max(...known);
    const when = formatMinute(first + values.indexOf(most) * MINUTE_MS, this._timeZone);
    return t("Rows per minute: {last} at the end, {most} at most, at {time}", {
      last: countText(known.at(-1)), most: countText(most), time: when,
    });
  }
}

/** Steps, so that a single known minute is seen too. */
function path(first, values, x, y) {
  let d = "";
  values.forEach((value, index) => {
    if (value === null) return;
    const start = first + index * MINUTE_MS;
    const known = index > 0 && values[index - 1] !== null;
    const at = y(value).toFixed(1);
    d += known ? `V${at}` : `M${x(start).toFixed(1)} ${at}`;
    d += `H${x(start + MINUTE_MS).toFixed(1)}`;
  });
  return d;
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

function level(value, y, width) {
  return shape("line", { x1: 0, x2: width, y1: y(value), y2: y(value), class: "cost-chart__level" });
}

function label(x, y, words) {
  const text = shape("text", { x: x + 3, y, class: "cost-chart__text" });
  text.textContent = words;
  return text;
}
