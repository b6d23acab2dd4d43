// Sorts an extruder's signals into charts and lanes: one axis per lane.
import { mark } from "./words.mjs";

/** Scales that differ more would press the smaller one's line flat. */
const SIMILAR = 4;

/** Words that a chart's limits carry at its edge. */
export const LIMIT_NAMES = { hh: "HH", ll: "LL", h: "H", l: "L", set_value: mark("Set") };

/**
 * A line of a chart.
 * @typedef {object} Line
 * @property {number} slot
 * @property {object} signal
 * @property {number} series 1…8, its colour
 * @property {number} marker 0…7, its shape
 * @property {boolean} shown
 */

/**
 * Lines that share an axis, or one state signal.
 * @typedef {object} Lane
 * @property {"lines" | "states"} kind
 * @property {Line[]} lines
 * @property {string} unit
 * @property {number} low of the scale
 * @property {number} high
 */

/**
 * @param {object[]} signals of the catalogue, in slot order
 * @param {Set<string> | null} selection names shown at first, null for all
 * @returns {{name: string, lines: Line[], lanes: Lane[]}[]} in the catalogue's order
 */
export function groupsOf(signals, selection) {
  const groups = new Map();
  signals.forEach((signal, slot) => {
    if (!groups.has(signal.group)) groups.set(signal.group, { name: signal.group, lines: [] });
    const { lines } = groups.get(signal.group);
    const shown = selection === null || selection.has(signal.name);
    lines.push(lineOf(signal, slot, lines.length, shown));
  });
  return [...groups.values()].map((group) => ({ ...group, lanes: lanesOf(group.lines) }));
}

function lineOf(signal, slot, index, shown) {
  // The ninth line shares a colour with the first, so it gets the next shape.
  const marker = (index + Math.floor(index / 8)) % 8;
  return { slot, signal, series: (index % 8) + 1, marker, shown };
}

function lanesOf(lines) {
  const lanes = [];
  for (const line of lines) {
    const lane = lanes.find((one) => fits(one, line.signal));
    if (lane) join(lane, line);
    else lanes.push(laneOf(line));
  }
  return lanes;
}

function isState(signal) {
  return Object.keys(signal.states ?? {}).length > 0;
}

function laneOf(line) {
  const { unit, low, high } = line.signal;
  return { kind: isState(line.signal) ? "states" : "lines", lines: [line], unit, low, high };
}

function fits(lane, signal) {
  if (lane.kind === "states" || isState(signal) || lane.unit !== signal.unit) return false;
  const ratio = (lane.high - lane.low) / Math.max(1e-9, signal.high - signal.low);
  return ratio < SIMILAR && ratio > 1 / SIMILAR;
}

function join(lane, line) {
  lane.lines.push(line);
  lane.low = Math.min(lane.low, line.signal.low);
  lane.high = Math.max(lane.high, line.signal.high);
}

/**
 * Limits that a lane draws: the highlighted signal's, else those that all its lines share.
 * @param {Lane} lane
 * @param {Record<string, object>} limits in force, by signal name
 * @param {number} highlight slot, -1 for none
 * @returns {{name: string, value: number}[]} most severe first
 */
export function limitsOf(lane, limits, highlight) {
  const lit = lane.lines.find((line) => line.slot === highlight);
  return lit ? listOf(limits[lit.signal.name]) : sharedLimits(lane, limits);
}

/** @returns {{name: string, value: number}[]} empty if the shown lines' limits differ */
export function sharedLimits(lane, limits) {
  const lists = lane.lines.filter((line) => line.shown).map((line) => listOf(limits[line.signal.name]));
  const [first, ...others] = lists;
  const text = JSON.stringify(first);
  return first && others.every((one) => JSON.stringify(one) === text) ? first : [];
}

function listOf(limits) {
  return Object.entries(LIMIT_NAMES)
    .filter(([key]) => Number.isFinite(limits?.[key]))
    .map(([key, name]) => ({ name, value: limits[key] }));
}
