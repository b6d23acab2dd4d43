// How far a reading is from its limits, and from when on it will be past one; the same rule as
// data/attention.py.
import { formatNumber } from "./format.mjs";

/** Signs that tell the severity without colour. */
export const SIGNS = { H: "▲", HH: "▲▲", L: "▼", LL: "▼▼" };

/**
 * @param {number} value
 * @param {{ll?: number, l?: number, h?: number, hh?: number} | undefined} limits
 * @returns {{name: string, bound: number, severity: number} | null} null inside the limits
 */
export function deviation(value, limits) {
  if (!limits || !Number.isFinite(value)) return null;
  const { ll, l, h, hh } = limits;
  if (hh != null && value >= hh) return { name: "HH", bound: hh, severity: 2 };
  if (ll != null && value <= ll) return { name: "LL", bound: ll, severity: 2 };
  if (h != null && value >= h) return { name: "H", bound: h, severity: 1 };
  if (l != null && value <= l) return { name: "L", bound: l, severity: 1 };
  return null;
}

/** Codes of the signal JobStatus (data/extruders.py). */
export const JOB = { NO_JOB: 0, START_UP: 1, PRODUCTION: 2 };

export const JOB_WORDS = { 0: "Stopped", 1: "Start-up", 2: "Production" };

/** Codes of bad quality (data/quality.py); out of service is on purpose and not among them. */
export const BAD = new Set([2, 3]);

export const QUALITY_WORDS = {
  0: "",
  1: "uncertain",
  2: "sensor failure",
  3: "no communication",
  4: "out of service",
  255: "no reading",
};

/**
 * When a limit will be reached, in words; empty for a signal that is not known.
 * @param {{limit: string, bound: number, early_s: number, late_s: number}} prediction
 * @param {{label: string, unit: string, decimals: number} | undefined} signal
 * @param {boolean} brief for a card with room for a few words, the most telling ones first
 */
export function predictionText({ limit, bound, early_s: early, late_s: late }, signal, brief = false) {
  if (!signal) return "";
  if (brief) return `${limit} in ${between(early, late)} · ${signal.label}`;
  const value = `${formatNumber(bound, signal.decimals)} ${signal.unit}`.trim();
  return `${signal.label} reaches ${limit} ${value} in ${between(early, late)}`;
}

/** "42–58 min", "3–5 h": as exact as a prediction is. */
function between(early, late) {
  const [size, unit] = late >= 3 * 3600 ? [3600, "h"] : [60, "min"];
  const from = Math.floor(early / size);
  const to = Math.max(1, Math.ceil(late / size));
  return from === to ? `${to} ${unit}` : `${from}–${to} ${unit}`;
}
