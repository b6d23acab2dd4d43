// What the trends show, as a file for a spreadsheet.
import { isoTime } from "./format.mjs";
import { QUALITY_NAMES } from "./limits.mjs";
import { ABSENT } from "./window_buffer.mjs";

const NEW_LINE = "\r\n";
/** Without it Excel takes UTF-8 for the system's code page and breaks °C. */
const BYTE_ORDER_MARK = "\uFEFF";

/**
 * One line per step, oldest first, after a header; RFC 4180.
 * @param {import("./window_buffer.mjs").WindowBuffer} buffer
 * @param {{slot: number, signal: object}[]} signals columns, in this order
 * @param {string} extruder name
 * @param {string} timeZone IANA name; times carry their offset from UTC
 * @param {{t0: number, t1: number} | null} [range] ms; the whole window if null
 * @returns {string}
 */
export function toCsv(buffer, signals, extruder, timeZone, range = null) {
  const [from, to] = stepsOf(buffer, signals, range);
  const columns = signals.flatMap((one) => columnsOf(buffer, one, from, to));
  const lines = [["Time", "Extruder", ...columns.map((column) => column.title)]];
  for (let step = from; step <= to; step += 1) {
    const time = isoTime(step * buffer.stepMs, timeZone);
    lines.push([time, extruder, ...columns.map((column) => column.text(step))]);
  }
  return lines.map((cells) => cells.map(quoted).join(",") + NEW_LINE).join("");
}

/** Let the browser save a text. @param {string} name of the file @param {string} text */
export function download(name, text) {
  const url = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Steps of the range that the window holds, without the time before the first reading. */
function stepsOf(buffer, signals, range) {
  const { stepMs } = buffer;
  let from = Math.max(buffer.firstStep, range ? Math.ceil(range.t0 / stepMs) : 0);
  const to = Math.min(buffer.headStep, range ? Math.floor(range.t1 / stepMs) : Infinity);
  const empty = (step) => signals.every(({ slot }) => buffer.quality(slot, step) === ABSENT);
  while (from <= to && empty(from)) from += 1;
  return [from, to];
}

function columnsOf(buffer, { slot, signal }, from, to) {
  const title = signal.unit ? `${signal.label} [${signal.unit}]` : signal.label;
  const value = { title, text: (step) => valueText(buffer.value(slot, step), signal) };
  for (let step = from; step <= to; step += 1) {
    if (buffer.quality(slot, step) !== 0) return [value, qualityColumn(buffer, slot, signal)];
  }
  return [value];
}

function qualityColumn(buffer, slot, signal) {
  const text = (step) => QUALITY_NAMES[buffer.quality(slot, step)] || "good";
  return { title: `${signal.label} quality`, text };
}

/** Shortest number that is the same float32, or a state's name. */
function valueText(value, signal) {
  if (Number.isNaN(value)) return "";
  const state = signal.states?.[value];
  return state ?? String(Number(value.toPrecision(7)));
}

/** A cell of a CSV file. */
export function quoted(text) {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
