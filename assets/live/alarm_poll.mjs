// Asks for JSON now and then while the page is looked at.
import { request } from "./feed.mjs";
import { t } from "./words.mjs";

export class Poll {
  /**
   * @param {string} url
   * @param {number} everyMs
   * @param {(body: object | null, error: string) => void} onAnswer a body, or why there is none
   */
  constructor(url, everyMs, onAnswer) {
    Object.assign(this, { _url: url, _onAnswer: onAnswer });
    this._stop = new AbortController();
    this._timer = setInterval(() => document.hidden || this._ask(), everyMs);
    this._ask();
  }

  destroy() {
    clearInterval(this._timer);
    this._stop.abort();
  }

  async _ask() {
    const { signal } = this._stop;
    let body = null;
    let why = "";
    try {
      body = await (await request(this._url, signal)).json();
    } catch (error) {
      why = error.kind === "server" ? t("server lost, trying again") : error.message;
    }
    if (!signal.aborted) this._onAnswer(body, why);
  }
}
