// How alarms are called and in which order they come; the words of data/alarms/events.py.
import { formatMinute, formatNumber, formatTime, isoTime } from "./format.mjs";
import { SIGNS } from "./limits.mjs";
import { locale } from "./words.mjs";

/** Sign and word by priority; as in components/alarm_bar.py. */
export const PRIORITIES = {
  1: { sign: "◆", word: "Critical" },
  2: { sign: "■", word: "High" },
  3: { sign: "●", word: "Medium" },
  4: { sign: "○", word: "Low" },
};

const UNKNOWN_PRIORITY = { sign: "?", word: "Unknown" };

export function priorityOf(number) {
  return PRIORITIES[number] ?? UNKNOWN_PRIORITY;
}

export const STATE_WORDS = {
  UNACKNOWLEDGED: "Active, unacknowledged",
  ACKNOWLEDGED: "Active, acknowledged",
  RETURNED_UNACKNOWLEDGED: "Over, unacknowledged",
  LATCHED: "Over, held until reset",
  SHELVED: "Shelved",
  SUPPRESSED_BY_DESIGN: "Suppressed by design",
  OUT_OF_SERVICE: "Out of service",
  NORMAL: "Normal",
};

/** What happened, of the journal's events. */
export const KIND_WORDS = {
  ACTIVE: "became active",
  CLEARED: "cleared",
  ACKNOWLEDGED: "acknowledged",
  RE_ALARMED: "told again",
  RESET: "reset",
  SHELVED: "shelved",
  UNSHELVED: "unshelved",
  SUPPRESSED: "suppressed by design",
  UNSUPPRESSED: "no longer suppressed",
  OUT_OF_SERVICE: "taken out of service",
  IN_SERVICE: "back in service",
};

/** States that hide an alarm from the operator, in the order of their folds. */
export const HIDDEN = ["SHELVED", "SUPPRESSED_BY_DESIGN", "OUT_OF_SERVICE"];

const UNACKNOWLEDGED = new Set(["UNACKNOWLEDGED", "RETURNED_UNACKNOWLEDGED"]);

export function isUnacknowledged(alarm) {
  return UNACKNOWLEDGED.has(alarm.state);
}

export function isHidden(alarm) {
  return HIDDEN.includes(alarm.state);
}

/** Unacknowledged first, then by priority, active before over, newest first. */
export function byUrgency(a, b) {
  return (
    isUnacknowledged(b) - isUnacknowledged(a) ||
    a.priority - b.priority ||
    b.active - a.active ||
    b.since - a.since ||
    (a.id < b.id ? -1 : 1)
  );
}

/** Orders of the list by their name in the URL: words, and how two alarms compare. */
export const ORDERS = {
  "": ["Urgency", byUrgency],
  extruder: ["Extruder", (a, b) => a.extruder - b.extruder || byUrgency(a, b)],
  newest: ["Newest first", (a, b) => b.since - a.since || byUrgency(a, b)],
  oldest: ["Oldest first", (a, b) => a.since - b.since || byUrgency(a, b)],
};

export function orderOf(name) {
  return (ORDERS[name] ?? ORDERS[""])[1];
}

/** What is wrong, without the extruder: "▲▲ Motor load 101.2 % · HH 100". */
export function whatOf(alarm) {
  const { label, condition } = alarm;
  if (condition === "SILENT") return "No readings";
  if (condition === "MALFUNCTION") return `Malfunction: ${label || "cause unclear"}`;
  if (condition === "BAD") return `? ${label}: sensor failure`;
  if (condition === "FROZEN") return `? ${label}: reading frozen`;
  return `${SIGNS[condition] ?? ""} ${label} ${limitText(alarm)}`.trim();
}

function limitText({ condition, value, limit, unit, decimals }) {
  const number = (x) => `${formatNumber(x, decimals ?? 1)} ${unit}`.trim();
  const read = value == null ? "" : `${number(value)} · `;
  return `${read}${condition}${limit == null ? "" : ` ${number(limit)}`}`;
}

/** The state in words, with until when it is shelved. */
export function stateText(alarm, timeZone) {
  if (alarm.state !== "SHELVED") return STATE_WORDS[alarm.state] ?? alarm.state;
  if (alarm.shelved_until) return `Shelved until ${formatMinute(alarm.shelved_until, timeZone)}`;
  return "Shelved until it clears";
}

/** Time, with the date unless it is today. */
export function whenText(ts, now, timeZone) {
  const day = isoTime(ts, timeZone).slice(0, 10);
  const today = isoTime(now, timeZone).slice(0, 10);
  return `${day === today ? "" : `${day} `}${formatTime(ts, timeZone)}`;
}

const formatters = new Map();

/** @param {number} amount @param {string} currency ISO 4217; a wrong one is written as it is */
export function formatMoney(amount, currency) {
  if (!formatters.has(currency)) formatters.set(currency, moneyFormatter(currency));
  const made = formatters.get(currency);
  return made ? made.format(amount) : `${formatNumber(amount, 0)} ${currency}`;
}

function moneyFormatter(currency) {
  try {
    return new Intl.NumberFormat(locale, { style: "currency", currency, maximumFractionDigits: 0 });
  } catch {
    return null;
  }
}

/** @param {{kg: number, money: number}} scrap @param {string} currency "12.3 kg · €17" */
export function costText({ kg, money }, currency) {
  const mass = `${formatNumber(kg, kg < 100 ? 1 : 0)} kg`;
  return money > 0 ? `${mass} · ${formatMoney(money, currency)}` : mass;
}
