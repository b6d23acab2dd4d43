// What the Scope's table says of lines: readings at a time, and which lines are worth a row.
import { ABSENT } from "./window_buffer.mjs";
import { usable } from "./trend_paths.mjs";

/** Extruders report at different moments of a second: the newest reading may be a little older. */
const LOOK_BACK = 30;

/**
 * @typedef {{line: object, value: number, quality: number, age: number, good: boolean}} Reading
 *   `age`: steps behind the newest of the plant; 0 at a crosshair
 */

/** @returns {Reading} at a time in ms, or the newest for null */
export function readingOf(line, ts) {
  const { buffer } = line.group.kept;
  if (ts !== null) return at(line, buffer, Math.round(ts / buffer.stepMs), 0);
  for (let age = 0; age < LOOK_BACK; age += 1) {
    const step = buffer.headStep - age;
    if (buffer.quality(line.slot, step) !== ABSENT) return at(line, buffer, step, age);
  }
  return at(line, buffer, buffer.headStep, 0);
}

function at(line, buffer, step, age) {
  const value = buffer.value(line.slot, step);
  const quality = buffer.quality(line.slot, step);
  return { line, value, quality, age, good: usable(value, quality) };
}

/** Highest value first, those without one last. @param {Reading[]} readings */
export function byValue(readings) {
  const order = (reading) => (reading.good ? reading.value : -Infinity);
  return [...readings].sort((a, b) => order(b) - order(a) || a.line.slot - b.line.slot);
}

/**
 * Rows at a crosshair, highest value first: of many only the extremes, kept lines, and those
 * nearest to the pointer, or without one the highest and lowest.
 * @param {Reading[]} readings
 * @param {number} most rows
 * @param {number | null} y of the pointer, px
 * @param {(line: object) => boolean} keeps
 * @returns {Reading[]}
 */
export function worthARow(readings, most, y, keeps) {
  const sorted = byValue(readings);
  if (sorted.length <= most) return sorted;
  const rank = new Map(sorted.map((reading, index) => [reading, far(reading, index, sorted.length, y)]));
  const wanted = sorted.filter(({ good }) => good);
  const must = new Set([wanted[0], wanted.at(-1), ...sorted.filter(({ line }) => keeps(line))]);
  const others = sorted.filter((reading) => !must.has(reading)).sort((a, b) => rank.get(a) - rank.get(b));
  const chosen = new Set([...must, ...others.slice(0, Math.max(0, most - must.size))]);
  return sorted.filter((reading) => chosen.has(reading));
}

function far({ line, value, good }, index, count, y) {
  if (!good) return Infinity;
  return y === null ? Math.min(index, count - 1 - index) : Math.abs(line.group.yOf(line, value) - y);
}
