// Numbers, times and ages as screens show them; times are always in the plant's zone.
import { locale, t } from "./words.mjs";

export const NO_VALUE = "—";

const DECIMAL_SIGN = new Intl.NumberFormat(locale).formatToParts(0.5)
  .find((part) => part.type === "decimal").value;

/** @type {Map<string, Intl.DateTimeFormat>} making a formatter costs more than using it */
const formatters = new Map();

function formatter(timeZone, kind, options) {
  const key = `${kind}|${timeZone}`;
  let made = formatters.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale, { timeZone, hourCycle: "h23", ...options });
    formatters.set(key, made);
  }
  return made;
}

/**
 * Fixed decimals and a real minus sign, so that columns of numbers stay in place.
 * @param {number} value
 * @param {number} decimals
 */
export function formatNumber(value, decimals) {
  if (!Number.isFinite(value)) return NO_VALUE;
  const text = Math.abs(value).toFixed(decimals);
  const shown = text.replace(".", DECIMAL_SIGN);
  return value < 0 && Number(text) !== 0 ? `−${shown}` : shown;
}

/**
 * A state signal's reading in words.
 * @param {number} value
 * @param {Record<string, string>} states names by code
 */
export function formatState(value, states) {
  if (!Number.isFinite(value)) return NO_VALUE;
  const name = states[Math.round(value)];
  if (name === undefined) return t("code {code}", { code: formatNumber(value, 0) });
  return t(/^[A-Z0-9_]+$/.test(name) ? sentence(name) : name);
}

/** JOB_IN_PRODUCTION → Job in production. */
function sentence(name) {
  const words = name.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** @param {number} ts ms since the epoch @param {string} timeZone @returns {string} 12:03:04 */
export function formatTime(ts, timeZone) {
  return formatter(timeZone, "second", { hour: "2-digit", minute: "2-digit", second: "2-digit" })
    .format(ts);
}

/** @param {number} ts ms since the epoch @param {string} timeZone @returns {string} 12:03 */
export function formatMinute(ts, timeZone) {
  return formatter(timeZone, "minute", { hour: "2-digit", minute: "2-digit" }).format(ts);
}

/** @param {number} ts @param {string} timeZone @returns {string} CET, or GMT+5:30 without a name */
export function zoneName(ts, timeZone) {
  return formatter(timeZone, "zone", { timeZoneName: "short" })
    .formatToParts(ts)
    .find((part) => part.type === "timeZoneName").value;
}

/**
 * @param {number} ms
 * @returns {string} "3 s", "2 min 05 s", "1 h 02 min"
 */
export function formatAge(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const two = (count) => String(count).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${two(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
}

/** @param {number} ms a span @returns {string} "15 min", "1 min 30 s", "45 s", "2 h" */
export function formatSpan(ms) {
  return formatAge(Math.round(ms / 1000) * 1000).replace(/ 00 (s|min)$/, "");
}

/** Fields of a time in a zone as numbers. */
function fields(ts, timeZone) {
  const parts = formatter(timeZone, "fields", {
    year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).formatToParts(ts);
  return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

/** @param {number} ts @param {string} timeZone @returns {number} ms that the zone is ahead of UTC */
export function zoneOffset(ts, timeZone) {
  const f = fields(ts, timeZone);
  const local = Date.UTC(f.year, f.month - 1, f.day, f.hour, f.minute, f.second);
  return local - Math.floor(ts / 1000) * 1000;
}

/** @param {number} ts @param {string} timeZone @returns {string} 2026-02-01T12:03:04+01:00 */
export function isoTime(ts, timeZone) {
  const f = fields(ts, timeZone);
  const minutes = Math.round(zoneOffset(ts, timeZone) / 60_000);
  const two = (count) => String(count).padStart(2, "0");
  const away = Math.abs(minutes);
  const offset = `${minutes < 0 ? "-" : "+"}${two(Math.floor(away / 60))}:${two(away % 60)}`;
  return `${f.year}-${f.month}-${f.day}T${f.hour}:${f.minute}:${f.second}${offset}`;
}
