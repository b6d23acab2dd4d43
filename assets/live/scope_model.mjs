// What the Scope shows, as its reader chose it; kept in the URL, so that a link shows the same.
import { t } from "./words.mjs";

export const MAX_LINES = 200;
export const MAX_SIGNALS = 8;

/** Choices between two words: parameter of the URL → [default, other]. */
const WORDS = {
  mode: ["live", "day"],
  colour: ["extruder", "signal"],
  view: ["overlay", "offset"],
  layout: ["bands", "overlaid"],
};

/**
 * Emits "change" when something else is shown, with the name of what changed in `detail`, and
 * "refused" with the reason when a wish was not followed; nothing changes then.
 */
export class ScopeModel extends EventTarget {
  /** @param {{extruders: object[], signals: object[]}} index answer of GET /lines */
  constructor(index) {
    super();
    this.index = index;
    /** Signals that can be a line. */
    this.offered = index.signals.filter((signal) => !signal.state).map(inWords);
    this._byName = new Map(this.offered.map((signal) => [signal.name, signal]));
  }

  /** Take the choice out of a URL's query. @returns {string} what could not be followed, or "" */
  read(search) {
    const query = new URLSearchParams(search);
    for (const [key, words] of Object.entries(WORDS)) {
      this[key] = words.includes(query.get(key)) ? query.get(key) : words[0];
    }
    const notes = [this._readSignals(query.get("signals")), this._readExtruders(query.get("extruders"))];
    notes.push(this._trim(), this._checkDay());
    return notes.filter(Boolean).join(" ");
  }

  /** Write the choice into the URL; parameters of others stay. */
  write() {
    const url = new URL(location.href);
    for (const key of ["signals", "extruders", ...Object.keys(WORDS)]) url.searchParams.delete(key);
    const parts = [url.searchParams.toString(), `signals=${this.names.map(encodeURIComponent).join(",")}`];
    if (this.extruders) parts.push(`extruders=${[...this.extruders].join(",")}`);
    for (const [key, [usual]] of Object.entries(WORDS)) {
      if (this[key] !== usual) parts.push(`${key}=${this[key]}`);
    }
    const query = parts.filter(Boolean).join("&");
    history.replaceState(history.state, "", `${url.pathname}?${query}${url.hash}`);
  }

  /** Chosen signals in the order of choice. */
  get signals() {
    return this.names.map((name) => this._byName.get(name));
  }

  /** Whether an extruder is chosen. */
  has(id) {
    return this.extruders === null || this.extruders.has(id);
  }

  get lineCount() {
    return this._count(this.names, this.extruders);
  }

  /** Chosen signals that are not kept for a day. */
  get withoutDay() {
    return this.signals.filter((signal) => !signal.day);
  }

  toggleSignal(name) {
    const chosen = this.names.includes(name);
    const names = chosen ? this.names.filter((one) => one !== name) : [...this.names, name];
    this._wish(names, this.extruders, "signals");
  }

  /** @param {Iterable<number> | null} ids null for all */
  chooseExtruders(ids) {
    const { length } = this.index.extruders;
    const set = ids === null ? null : new Set([...ids].sort((a, b) => a - b));
    this._wish(this.names, set?.size === length ? null : set, "extruders");
  }

  toggleExtruder(id) {
    const ids = new Set(this.index.extruders.map((one) => one.id).filter((one) => this.has(one)));
    if (!ids.delete(id)) ids.add(id);
    this.chooseExtruders(ids);
  }

  /** @param {keyof WORDS} key @param {string} word */
  choose(key, word) {
    if (this[key] === word) return;
    if (key === "mode" && word === "day" && this.withoutDay.length) {
      this._refuse(dayReason(this.withoutDay));
      return;
    }
    this[key] = word;
    this._changed(key);
  }

  _wish(names, extruders, what) {
    const reason = this._reason(names, extruders);
    if (reason) {
      this._refuse(reason);
      return;
    }
    this.names = names;
    this.extruders = extruders;
    this._changed(what);
  }

  _reason(names, extruders) {
    if (names.length > MAX_SIGNALS) {
      return t("At most {n} signals at a time: take one away first.", { n: MAX_SIGNALS });
    }
    const count = this._count(names, extruders);
    if (count > MAX_LINES && count > this.lineCount) return tooMany(count);
    const without = names.map((name) => this._byName.get(name)).filter((signal) => !signal.day);
    return this.mode === "day" && without.length ? dayReason(without) : "";
  }

  _count(names, extruders) {
    const shown = (id) => extruders === null || extruders.has(id);
    const each = names.map((name) => this._byName.get(name).extruders.filter(shown).length);
    return each.reduce((sum, count) => sum + count, 0);
  }

  /** Without a word the first signal of the plant; an empty word is an empty choice. */
  _readSignals(raw) {
    const wanted = raw === null ? this.offered.slice(0, 1).map((one) => one.name) : raw.split(",");
    const named = [...new Set(wanted.filter(Boolean))];
    const known = named.filter((name) => this._byName.has(name));
    this.names = known.slice(0, MAX_SIGNALS);
    const unknown = named.filter((name) => !this._byName.has(name));
    const names = unknown.map((name) => `“${name}”`).join(", ");
    return unknown.length ? t("No extruder has {names}.", { names }) : "";
  }

  _readExtruders(raw) {
    this.extruders = null;
    if (raw === null) return "";
    const known = new Set(this.index.extruders.map((one) => one.id));
    const wanted = raw.split(",").filter(Boolean).map(Number);
    this.extruders = new Set(wanted.filter((id) => known.has(id)));
    const unknown = wanted.filter((id) => !known.has(id));
    return unknown.length ? t("The link names extruders that this plant does not have.") : "";
  }

  /** A link may ask for more than can be drawn: show as many extruders as fit, and say so. */
  _trim() {
    const { lineCount } = this;
    if (lineCount <= MAX_LINES) return "";
    const ids = this.index.extruders.map((one) => one.id).filter((id) => this.has(id));
    let keep = Math.floor(MAX_LINES / this.names.length);
    while (keep < ids.length && this._count(this.names, new Set(ids.slice(0, keep + 1))) <= MAX_LINES) keep += 1;
    this.extruders = new Set(ids.slice(0, keep));
    return `${tooMany(lineCount)} ${t("Shown are the first {n} extruders.", { n: keep })}`;
  }

  _checkDay() {
    if (this.mode !== "day" || !this.withoutDay.length) return "";
    this.mode = "live";
    return dayReason(this.withoutDay);
  }

  _refuse(detail) {
    this.dispatchEvent(new CustomEvent("refused", { detail }));
  }

  _changed(detail) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }
}

/** A signal as it is shown; its name stays. */
function inWords(signal) {
  return { ...signal, label: t(signal.label), unit: t(signal.unit), group: t(signal.group) };
}

function tooMany(count) {
  return t("That would be {n} lines and the Scope draws at most {most}: take signals or extruders away first.", {
    n: count, most: MAX_LINES,
  });
}

/** @param {object[]} signals that are not kept for a day */
export function dayReason(signals) {
  const labels = signals.map((signal) => signal.label).join(", ");
  return signals.length > 1
    ? t("{labels} are not kept for a day: only gauge signals are.", { labels })
    : t("{labels} is not kept for a day: only gauge signals are.", { labels });
}
