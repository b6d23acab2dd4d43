// How far a reading is from its limits, and from when on it will be past one; the same rule as
// data/attention.py.
import { formatNumber } from "./format.mjs";
import { mark, t } from "./words.mjs";

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

export const JOB_WORDS = { 0: t("Stopped"), 1: t("Start-up"), 2: t("Production") };

/** Codes of bad quality (data/quality.py); out of service is on purpose and not among them. */
export const BAD = new Set([2, 3]);

/** In English, as files of readings say it. */
export const QUALITY_NAMES = {
  0: "",
  1: mark("uncertain"),
  2: mark("sensor failure"),
  3: mark("no communication"),
  4: mark("out of service"),
  255: mark("no reading"),
};

export const QUALITY_WORDS = Object.fromEntries(
  Object.entries(QUALITY_NAMES).map(([code, name]) => [code, t(name)]),
);

/** The first of several in words, and how many more there are. */
export function andMore(what, more) {
  return more > 0 ? t("{what}, {n} more", { what, n: more }) : what;
}

/**
 * When a limit will be reached, in words; empty for a signal that is not known.
 * @param {{limit: string, bound: number, early_s: number, late_s: number}} prediction
 * @param {{label: string, unit: string, decimals: number} | undefined} signal
 * @param {boolean} brief for a card with room for a few words, the most telling ones first
 */
export function predictionText({ limit, bound, early_s: early, late_s: late }, signal, brief = false) {
  if (!signal) return "";
  const [label, span] = [t(signal.label), between(early, late)];
  if (brief) return t("{limit} in {span} · {label}", { limit, span, label });
  const value = `${formatNumber(bound, signal.decimals)} ${t(signal.unit)}`.trim();
  return t("{label} reaches {limit} {value} in {span}", { label, limit, value, span });
}

/** "42–58 min", "3–5 h": as exact as a prediction is. */
function between(early, late) {
  const [size, unit] = late >= 3 * 3600 ? [3600, "h"] : [60, "min"];
  const from = Math.floor(early / size);
  const to = Math.max(1, Math.ceil(late / size));
  return from === to ? `${to} ${unit}` : `${from}–${to} ${unit}`;
}
