// How alarms are called and in which order they come; the words of data/alarms/events.py.
import { formatMinute, formatNumber, formatTime, isoTime } from "./format.mjs";
import { SIGNS } from "./limits.mjs";
import { locale, mark, t } from "./words.mjs";

/** Sign and English word by priority; as in components/alarm_bar.py. */
export const PRIORITIES = {
  1: { sign: "◆", word: mark("Critical") },
  2: { sign: "■", word: mark("High") },
  3: { sign: "●", word: mark("Medium") },
  4: { sign: "○", word: mark("Low") },
};

const UNKNOWN_PRIORITY = { sign: "?", word: mark("Unknown") };

/** Sign and word as they are shown. */
export function priorityOf(number) {
  const { sign, word } = PRIORITIES[number] ?? UNKNOWN_PRIORITY;
  return { sign, word: t(word) };
}

/** In English. */
export const STATE_WORDS = {
  UNACKNOWLEDGED: mark("Active, unacknowledged"),
  ACKNOWLEDGED: mark("Active, acknowledged"),
  RETURNED_UNACKNOWLEDGED: mark("Over, unacknowledged"),
  LATCHED: mark("Over, held until reset"),
  SHELVED: mark("Shelved"),
  SUPPRESSED_BY_DESIGN: mark("Suppressed by design"),
  OUT_OF_SERVICE: mark("Out of service"),
  NORMAL: mark("Normal"),
};

/** What happened, of the journal's events, in English. */
export const KIND_WORDS = {
  ACTIVE: mark("became active"),
  CLEARED: mark("cleared"),
  ACKNOWLEDGED: mark("acknowledged"),
  RE_ALARMED: mark("told again"),
  RESET: mark("reset"),
  SHELVED: mark("shelved"),
  UNSHELVED: mark("unshelved"),
  SUPPRESSED: mark("suppressed by design"),
  UNSUPPRESSED: mark("no longer suppressed"),
  OUT_OF_SERVICE: mark("taken out of service"),
  IN_SERVICE: mark("back in service"),
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
  "": [t("Urgency"), byUrgency],
  extruder: [t("Extruder"), (a, b) => a.extruder - b.extruder || byUrgency(a, b)],
  newest: [t("Newest first"), (a, b) => b.since - a.since || byUrgency(a, b)],
  oldest: [t("Oldest first"), (a, b) => a.since - b.since || byUrgency(a, b)],
};

export function orderOf(name) {
  return (ORDERS[name] ?? ORDERS[""])[1];
}

/** What is wrong, without the extruder: "▲▲ Motor load 101.2 % · HH 100". */
export function whatOf(alarm) {
  const { condition } = alarm;
  const label = t(alarm.label);
  if (condition === "SILENT") return t("No readings");
  if (condition === "MALFUNCTION") return t("Malfunction: {cause}", { cause: label || t("cause unclear") });
  if (condition === "BAD") return `? ${t("{signal}: sensor failure", { signal: label })}`;
  if (condition === "FROZEN") return `? ${t("{signal}: reading frozen", { signal: label })}`;
  return `${SIGNS[condition] ?? ""} ${label} ${limitText(alarm)}`.trim();
}

function limitText({ condition, value, limit, unit, decimals }) {
  const number = (x) => `${formatNumber(x, decimals ?? 1)} ${t(unit)}`.trim();
  const read = value == null ? "" : `${number(value)} · `;
  return `${read}${condition}${limit == null ? "" : ` ${number(limit)}`}`;
}

/** The state in words, with until when it is shelved. */
export function stateText(alarm, timeZone) {
  if (alarm.state !== "SHELVED") return t(STATE_WORDS[alarm.state] ?? alarm.state);
  if (!alarm.shelved_until) return t("Shelved until it clears");
  return t("Shelved until {time}", { time: formatMinute(alarm.shelved_until, timeZone) });
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
