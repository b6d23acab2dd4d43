// Alarms, malfunction and prediction on a card of the Plant page, in a line and a badge.
import { costText, priorityOf } from "./alarm_words.mjs";
import { predictionText } from "./limits.mjs";
import { part, setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

/** Over all that a reading alone can say (PlantCard.need). */
const NEED = { alarms: 100, perPriority: 9, malfunction: 5, acknowledged: 62 };
/** An open malfunction is as urgent as its alarm. */
const MALFUNCTION_PRIORITY = 2;

export class CardAlarms {
  /** @param {HTMLElement} element the card @param {{signals: [string, string, number][]}} about */
  constructor(element, about) {
    Object.assign(this, { _element: element, _about: about });
    this._brief = !element.closest(".cards--roomy");
    this._badge = part(element, "alarms");
    this._fault = part(element, "fault");
    this._parts = ["cause", "cost", "check"].map((name) => part(element, name));
    /** Greater needs attention sooner, 0 none. */
    this.need = 0;
  }

  /** @param {object} summary of the card; older workers tell nothing of alarms */
  update(summary) {
    const { alarms, malfunction } = summary;
    const running = malfunction?.running ? malfunction : null;
    this.need = needOf(alarms, running);
    this._writeBadge(alarms);
    const texts = malfunction ? faultTexts(malfunction) : [this._prediction(summary), "", ""];
    this._parts.forEach((element, index) => setText(element, texts[index]));
    const title = texts.filter(Boolean).join(" · ");
    if (this._fault.title !== title) this._fault.title = title;
    setClass(this._element, "card--fault", Boolean(malfunction));
    setClass(this._element, "card--predicted", !malfunction && Boolean(title));
  }

  /** Unacknowledged ones filled, acknowledged ones as an outline. */
  _writeBadge(alarms) {
    const count = alarms?.unacked || alarms?.active || 0;
    const { sign, word } = priorityOf(alarms?.priority);
    setText(this._badge, count ? `${sign} ${count}` : "");
    const waiting = alarms?.unacked > 0;
    const title = count ? badgeTitle(count, waiting, word) : "";
    if (this._badge.title !== title) this._badge.title = title;
    const name = `card__alarms${count ? ` priority-${alarms.priority}` : ""}${waiting ? " card__alarms--waiting" : ""}`;
    if (this._badge.className !== name) this._badge.className = name;
  }

  /** What will be is told only where nothing is wrong yet. */
  _prediction({ predictions, worst, bad }) {
    const first = predictions?.[0];
    if (!first || worst || bad) return "";
    const [label, unit, decimals] = this._about.signals[first.slot] ?? [];
    return label ? predictionText(first, { label, unit, decimals }, this._brief) : "";
  }
}

function badgeTitle(n, waiting, priority) {
  return waiting
    ? t("{n} unacknowledged, most urgent: {priority}", { n, priority })
    : t("{n} active and acknowledged, most urgent: {priority}", { n, priority });
}

/** By the most urgent of what nobody has acknowledged; of two alike the malfunction first. */
function needOf(alarms, malfunction) {
  const open = malfunction?.stage === "open";
  if (!alarms?.unacked && !open) return malfunction ? NEED.acknowledged : 0;
  const priority = Math.min(alarms?.unacked ? alarms.priority : 9, open ? MALFUNCTION_PRIORITY : 9);
  return NEED.alarms - NEED.perPriority * priority + (open ? NEED.malfunction : 0);
}

function faultTexts({ label, check, kg, money, currency }) {
  return [t(label), costText({ kg, money }, currency), check ? t("check: {what}", { what: t(check) }) : ""];
}
