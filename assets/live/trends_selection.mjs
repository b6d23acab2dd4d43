// What the Trends page looks at, as it stands in the address: signals, span, what is laid over.
import { DEFAULT_PRESET, LONGEST, PRESETS, presetSpan, SHORTEST } from "./trends_time.mjs";

export const MOST_SIGNALS = 8;

/**
 * @typedef {object} Selection
 * @property {string[]} signals "extruder:name" each
 * @property {string} preset "" if start and end are fixed
 * @property {number} start ms @property {number} end ms
 * @property {number} shift ms that the period laid over is earlier; 0: none
 * @property {boolean} limits
 */

/** @param {string} search of the address @param {number} now ms @returns {Selection} */
export function readSelection(search, now) {
  const query = new URLSearchParams(search);
  // A name may hold a comma, but hardly one before a number and a colon.
  const signals = (query.get("signals") ?? "").split(/,(?=\d+:)/).filter((key) => /^\d+:./.test(key));
  const preset = PRESETS.some(([key]) => key === query.get("span")) ? query.get("span") : DEFAULT_PRESET;
  const fixed = fixedSpan(query);
  const shift = Number(query.get("compare"));
  return {
    signals: [...new Set(signals)].slice(0, MOST_SIGNALS),
    preset: fixed ? "" : preset,
    ...(fixed ?? presetSpan(preset, now)),
    shift: Number.isFinite(shift) ? Math.round(shift) : 0,
    limits: query.get("limits") === "1",
  };
}

function fixedSpan(query) {
  if (!query.get("from") || !query.get("to")) return null;
  const ends = [Number(query.get("from")), Number(query.get("to"))].map(Math.round).sort((a, b) => a - b);
  return ends.every((ts) => Number.isFinite(ts) && ts >= 0) ? bounded(...ends) : null;
}

/** A span that is neither too short nor too long to be drawn. */
export function bounded(start, end) {
  const middle = (start + end) / 2;
  const length = Math.min(LONGEST, Math.max(SHORTEST, end - start));
  if (length === end - start) return { start: Math.round(start), end: Math.round(end) };
  return { start: Math.round(middle - length / 2), end: Math.round(middle + length / 2) };
}

/** @param {Selection} selection @returns {string} for the address, with its question mark */
export function queryOf({ signals, preset, start, end, shift, limits }) {
  const parts = [];
  if (signals.length) parts.push(`signals=${signals.map(escaped).join(",")}`);
  if (preset) {
    if (preset !== DEFAULT_PRESET) parts.push(`span=${preset}`);
  } else parts.push(`from=${start}`, `to=${end}`);
  if (shift) parts.push(`compare=${shift}`);
  if (limits) parts.push("limits=1");
  return parts.length ? `?${parts.join("&")}` : "";
}

function escaped(key) {
  return encodeURIComponent(key).replaceAll("%3A", ":");
}
