// Times of the Trends page: the plant's wall clock in fields and on the chart, ms everywhere else.
import { isoTime, zoneOffset } from "./format.mjs";
import { t } from "./words.mjs";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Spans that end now, by their name in the address. */
export const PRESETS = [
  ["15m", "15 min", 15 * MINUTE], ["1h", "1 h", HOUR], ["8h", "8 h", 8 * HOUR], ["24h", "24 h", DAY],
  ["7d", "7 d", 7 * DAY], ["30d", "30 d", 30 * DAY], ["90d", "90 d", 90 * DAY], ["1y", t("1 y"), 365 * DAY],
];
export const DEFAULT_PRESET = "24h";
export const WEEK = 7 * DAY;
export const SHORTEST = 1000;
export const LONGEST = 20 * 366 * DAY;

/** @param {string} preset @param {number} now ms @returns {{start: number, end: number}} */
export function presetSpan(preset, now) {
  const [, , length] = PRESETS.find(([key]) => key === preset) ?? PRESETS.find(([key]) => key === DEFAULT_PRESET);
  // Whole steps, so that what two people look at within a moment is read once.
  const step = length <= HOUR ? SHORTEST * 5 : MINUTE;
  const end = Math.ceil(now / step) * step;
  return { start: end - length, end };
}

/** @param {string} text of a chart or a field, e.g. 2026-11-24 03:12:00.5 @returns {number} ms or NaN */
export function fromLocal(text, timeZone) {
  const clock = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text.replace(" ", "T");
  const local = Date.parse(`${clock}Z`);
  if (!Number.isFinite(local)) return NaN;
  // Twice, since the first guess may lie on the other side of a clock change.
  const guess = local - zoneOffset(local, timeZone);
  return local - zoneOffset(guess, timeZone);
}

/** @param {number} ts @returns {string} for a field of type datetime-local */
export function toField(ts, timeZone) {
  return isoTime(ts, timeZone).slice(0, 19);
}
