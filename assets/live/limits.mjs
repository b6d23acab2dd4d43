// How far a reading is from its limits; the same rule as data/attention.py.

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
