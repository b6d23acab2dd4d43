// Brings news of the server to a page: pushed where possible, else polled, never two at once.
import { EventStream, FeedError } from "./event_stream.mjs";
import { t } from "./words.mjs";

export { FeedError };

/** An answer that takes longer counts as a failure, so that the banner appears in time. */
const TIMEOUT_MS = 3000;
const HIDDEN_FACTOR = 10;
const JITTER = 0.05;

/**
 * Fetch and check; revalidates by ETag through the browser's own cache.
 * @returns {Promise<Response>}
 */
export async function request(url, signal) {
  let response;
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    response = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
  } catch (error) {
    throw new FeedError("server", error.message);
  }
  const asked = Number(response.headers.get("Meltwatch-Poll-Ms"));
  if (asked > 0) askedPollMs = asked;
  if (response.ok) return response;
  const kinds = { 503: "windows", 404: "missing", 403: "refused" };
  throw new FeedError(kinds[response.status] ?? "server", await reason(response));
}

/** As `request`, but read to its end; an answer that breaks off is a lost server too. */
async function whole(url, signal, read) {
  const response = await request(url, signal);
  try {
    return { body: await read(response), headers: response.headers };
  } catch (error) {
    throw new FeedError("server", error.message);
  }
}

/** @returns {Promise<{body: ArrayBuffer, headers: Headers}>} */
export const requestBytes = (url, signal) => whole(url, signal, (response) => response.arrayBuffer());

/** @returns {Promise<{body: any, headers: Headers}>} */
export const requestJson = (url, signal) => whole(url, signal, (response) => response.json());

/** The server may ask for another interval than the page was built with, e.g. under load. */
let askedPollMs = 0;

function serverPollMs(fallback) {
  return askedPollMs || fallback;
}

async function reason(response) {
  try {
    return (await response.json()).error;
  } catch {
    return t("the server answered {status}", { status: response.status });
  }
}

/**
 * Rounds of polling, and push where it works: while events arrive nothing is polled. A hidden tab
 * closes its stream and polls slowly, so that it costs next to nothing and holds no connection.
 */
export class Feed {
  /**
   * @param {number} pollMs
   * @param {(signal: AbortSignal) => Promise<void>} step one round; throws FeedError
   * @param {(error: FeedError | null) => void} onRound called after each round
   * @param {{url: string, kind: string, onData: (data: string) => boolean}} [push] events of
   *   `kind` at `url`; `onData` returns false if it needs a round (it missed something)
   */
  constructor(pollMs, step, onRound, push) {
    this._pollMs = pollMs;
    this._step = step;
    this._onRound = onRound;
    this._stop = new AbortController();
    this._wake = () => {};
    this._stream = push && new EventStream(push, onRound, () => this._wake());
    const { signal } = this._stop;
    document.addEventListener("visibilitychange", () => this._visibility(), { signal });
    this._run();
  }

  stop() {
    this._stop.abort();
    this._stream?.close();
    this._wake();
  }

  _visibility() {
    if (document.hidden) this._stream?.close();
    this._wake();
  }

  async _run() {
    const { signal } = this._stop;
    while (!signal.aborted) {
      const started = performance.now();
      const error = await this._round();
      if (signal.aborted) return;
      this._onRound(error);
      if (!error && !document.hidden) this._stream?.open();
      do await this._pause(started);
      while (this._stream?.alive && !signal.aborted);
    }
  }

  async _round() {
    try {
      await this._step(this._stop.signal);
      return null;
    } catch (error) {
      if (error instanceof FeedError) return error;
      if (!this._stop.signal.aborted) console.error(error);
      return new FeedError("server", String(error));
    }
  }

  _pause(started) {
    const every = serverPollMs(this._pollMs) * (document.hidden ? HIDDEN_FACTOR : 1);
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    const since = this._stream?.alive ? 0 : performance.now() - started;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.max(50, every * jitter - since));
      this._wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
