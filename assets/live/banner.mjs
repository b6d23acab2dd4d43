// Says honestly what is wrong with what is shown, within five seconds, and takes it back.
import { formatAge, formatTime, isoTime, zoneName } from "./format.mjs";

const CHECK_MS = 250;
/** Failing for this long is shown; one lost answer of a second is not worth a shock. */
const LOST_AFTER_MS = 3000;

export class Banner {
  /** @param {import("./server_clock.mjs").ServerClock} clock */
  constructor(clock) {
    this._clock = clock;
    this.reset();
  }

  start(element, settings) {
    this._element = element;
    this._settings = settings;
    setInterval(() => this._show(), CHECK_MS);
  }

  /** Forget what an earlier page knew. */
  reset() {
    this._error = null;
    this._lastAnswer = performance.now();
    this._facts = null;
  }

  /** True while something is wrong with what is shown. */
  get shown() {
    return Boolean(this._shown);
  }

  failed(error) {
    this._error = error;
  }

  /**
   * @param {{checked: number, head: number, rebuilding?: string, error?: string}} facts
   *   `checked`: last success of the refresh, `head`: newest reading shown; ms, -1 never
   */
  answered(facts) {
    this._error = null;
    this._lastAnswer = performance.now();
    this._facts = facts;
  }

  _show() {
    const text = this._text();
    if (text === this._shown) return;
    this._shown = text;
    this._element.hidden = !text;
    this._element.textContent = text;
    document.documentElement.toggleAttribute("data-mw-stale", Boolean(text));
  }

  _text() {
    if (this._error && performance.now() - this._lastAnswer > LOST_AFTER_MS) return this._lost();
    const facts = this._facts;
    if (!facts) return "";
    const now = this._clock.now();
    const stale = this._settings.staleAfterMs;
    if (facts.rebuilding) return `Live data are being rebuilt: ${facts.rebuilding} extruders done.`;
    if (facts.checked > 0 && now - facts.checked > stale) {
      return `Worker stopped: no refresh for ${this._ago(facts.checked)}${facts.error ? `: ${facts.error}` : ""}.${this._upTo()}`;
    }
    if (facts.head > 0 && now - facts.head > stale) {
      return `No new readings since ${this._time(facts.head)}: check the data source and the machines.`;
    }
    return "";
  }

  _lost() {
    const what = {
      server: "Server lost, trying again",
      windows: `Live data unavailable (${this._error.message}), trying again`,
      missing: "No live data until a worker has rebuilt them",
      refused: `Not shown: ${this._error.message}`,
    }[this._error.kind];
    return `${what}.${this._upTo()}`;
  }

  _upTo() {
    const head = this._facts?.head ?? -1;
    return head > 0 ? ` Showing readings up to ${this._time(head)}.` : " No readings to show.";
  }

  _time(ts) {
    const zone = this._settings.timeZone;
    const day = isoTime(ts, zone).slice(0, 10);
    const today = isoTime(this._clock.now(), zone).slice(0, 10);
    return `${day === today ? "" : `${day} `}${formatTime(ts, zone)} ${zoneName(ts, zone)}`;
  }

  _ago(ts) {
    // Whole tens of seconds: a banner that changes every second is read aloud every second.
    const ms = Math.floor((this._clock.now() - ts) / 10_000) * 10_000;
    return ms ? `${formatAge(ms)} or more` : "some seconds";
  }
}
