// Says honestly what is wrong with what is shown, within five seconds, and takes it back.
import { formatAge, formatTime, isoTime, zoneName } from "./format.mjs";
import { t } from "./words.mjs";

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
    if (facts.rebuilding) {
      return t("Live data are being rebuilt: {done} extruders done.", { done: facts.rebuilding });
    }
    if (facts.checked > 0 && now - facts.checked > stale) return this._stopped(facts);
    if (facts.head > 0 && now - facts.head > stale) {
      const time = this._time(facts.head);
      return t("No new readings since {time}: check the data source and the machines.", { time });
    }
    return "";
  }

  _stopped({ checked, error }) {
    const ago = this._ago(checked);
    const text = error
      ? t("Worker stopped: no refresh for {ago}: {error}.", { ago, error })
      : t("Worker stopped: no refresh for {ago}.", { ago });
    return `${text} ${this._upTo()}`;
  }

  _lost() {
    const why = this._error.message;
    const what = {
      server: t("Server lost, trying again."),
      windows: t("Live data unavailable ({why}), trying again.", { why }),
      missing: t("No live data until a worker has rebuilt them."),
      refused: t("Not shown: {why}.", { why }),
    }[this._error.kind];
    return `${what} ${this._upTo()}`;
  }

  _upTo() {
    const head = this._facts?.head ?? -1;
    if (head > 0) return t("Showing readings up to {time}.", { time: this._time(head) });
    return t("No readings to show.");
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
    return ms ? t("{age} or more", { age: formatAge(ms) }) : t("some seconds");
  }
}
