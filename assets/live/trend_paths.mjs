// Turns rings into paths: pixels instead of points, gaps left open. Pure but for Path2D.
import { ABSENT, USABLE } from "./window_buffer.mjs";

/** Half the width of a lone reading between two gaps, px. */
/** Quality code of a signal that is switched off on purpose (data/quality.py). */
const OUT_OF_SERVICE = 4;
const DOT = 1.2;
const BAD_HEIGHT = 3;

/**
 * How steps and values become px. x counts from the start of step `origin`, so that a path stays
 * valid while time scrolls.
 * @typedef {object} Mapping
 * @property {number} origin step
 * @property {number} from first step of the path
 * @property {number} to last step
 * @property {number} stepPx px per step
 * @property {number} bin steps per column of pixels, at least 1
 * @property {number} low value at `bottom`
 * @property {number} valuePx px per unit
 * @property {number} bottom px
 */

/** Whether a reading is a number to draw. */
export function usable(value, quality) {
  return quality <= USABLE && value === value;
}

/**
 * The line of one signal.
 * @param {import("./window_buffer.mjs").WindowBuffer} buffer
 * @param {number} slot
 * @param {Mapping} map
 * @returns {Path2D}
 */
export function linePath(buffer, slot, map) {
  const path = new Path2D();
  if (map.bin === 1) pointByPoint(path, buffer, slot, map);
  else columnByColumn(path, buffer, slot, map);
  return path;
}

function pointByPoint(path, buffer, slot, map) {
  const { values, qualities, slots } = buffer;
  const base = slot * slots;
  let run = 0;
  let x = 0;
  let y = 0;
  for (let step = map.from; step <= map.to; step += 1) {
    const at = base + (step % slots);
    if (!usable(values[at], qualities[at])) {
      if (run === 1) dot(path, x, y);
      run = 0;
      continue;
    }
    x = (step - map.origin) * map.stepPx;
    y = map.bottom - (values[at] - map.low) * map.valuePx;
    if (run === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
    run += 1;
  }
  if (run === 1) dot(path, x, y);
}

/** Lowest and highest of each column in the order they came; columns keep their steps. */
function columnByColumn(path, buffer, slot, map) {
  const { values, qualities, slots } = buffer;
  const base = slot * slots;
  let connected = false;
  for (let start = map.from - (map.from % map.bin); start <= map.to; start += map.bin) {
    let low = Infinity;
    let high = -Infinity;
    let lowAt = 0;
    let highAt = 0;
    let gap = false;
    const end = Math.min(map.to, start + map.bin - 1);
    for (let step = Math.max(map.from, start); step <= end; step += 1) {
      const at = base + (step % slots);
      const value = values[at];
      if (!usable(value, qualities[at])) {
        gap = true;
        continue;
      }
      if (value < low) {
        low = value;
        lowAt = step;
      }
      if (value > high) {
        high = value;
        highAt = step;
      }
    }
    if (high >= low) column(path, map, start, low, high, lowAt < highAt, connected);
    // A gap narrower than a column must not be bridged.
    connected = high >= low && !gap;
  }
}

function column(path, map, start, low, high, rising, connected) {
  const x = (start + (map.bin - 1) / 2 - map.origin) * map.stepPx;
  const first = map.bottom - ((rising ? low : high) - map.low) * map.valuePx;
  const last = map.bottom - ((rising ? high : low) - map.low) * map.valuePx;
  if (connected) path.lineTo(x, first);
  else path.moveTo(x - DOT / 2, first);
  path.lineTo(x, last);
}

function dot(path, x, y) {
  path.moveTo(x - DOT, y);
  path.lineTo(x + DOT, y);
}

/** Shapes on a line, every `every` steps from `phase`. */
export function markersPath(buffer, slot, map, shape, every, phase) {
  const path = new Path2D();
  const first = map.from + ((((phase - map.from) % every) + every) % every);
  for (let step = first; step <= map.to; step += every) {
    const value = buffer.value(slot, step);
    if (!usable(value, buffer.quality(slot, step))) continue;
    const e = (step - map.origin) * map.stepPx;
    path.addPath(shape, { e, f: map.bottom - (value - map.low) * map.valuePx });
  }
  return path;
}

/** Marks at the base of a lane where any of its shown lines has bad quality. */
export function badPath(buffer, lines, map) {
  const path = new Path2D();
  let since = -1;
  for (let step = map.from; step <= map.to + 1; step += 1) {
    const bad = step <= map.to && anyBad(buffer, lines, step);
    if (bad && since < 0) since = step;
    if (bad || since < 0) continue;
    const x = (since - map.origin - 0.5) * map.stepPx;
    const width = Math.max(2, (step - since) * map.stepPx);
    path.rect(x, map.bottom - BAD_HEIGHT, width, BAD_HEIGHT);
    since = -1;
  }
  return path;
}

function anyBad(buffer, lines, step) {
  const { qualities, slots } = buffer;
  const at = step % slots;
  for (let i = 0; i < lines.length; i += 1) {
    const quality = qualities[lines[i].slot * slots + at];
    // Out of service is on purpose: a gap says enough.
    const on = quality > USABLE && quality !== ABSENT && quality !== OUT_OF_SERVICE;
    if (lines[i].shown && on) return true;
  }
  return false;
}

/**
 * Lowest and highest drawn value of lines between two steps.
 * @param {{min: number, max: number}} out `max < min` if there is none
 */
export function extent(buffer, lines, from, to, out) {
  const { values, qualities, slots } = buffer;
  out.min = Infinity;
  out.max = -Infinity;
  for (let i = 0; i < lines.length; i += 1) {
    if (!lines[i].shown) continue;
    const base = lines[i].slot * slots;
    for (let step = from; step <= to; step += 1) {
      const at = base + (step % slots);
      const value = values[at];
      if (!usable(value, qualities[at])) continue;
      if (value < out.min) out.min = value;
      if (value > out.max) out.max = value;
    }
  }
}
