// Asks the server again and again: steady, with jitter, slower in a hidden tab, never two at once.

/** An answer that takes longer counts as a failure, so that the banner appears in time. */
const TIMEOUT_MS = 2500;
const HIDDEN_FACTOR = 10;
const JITTER = 0.05;

/** A failure that says what failed: the server, or the windows behind it. */
export class FeedError extends Error {
  constructor(kind, message) {
    super(message);
    this.kind = kind; // "server" | "windows" | "missing"
  }
}

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
  if (response.ok) return response;
  const kinds = { 503: "windows", 404: "missing" };
  throw new FeedError(kinds[response.status] ?? "server", await reason(response));
}

async function reason(response) {
  try {
    return (await response.json()).error;
  } catch {
    return `the server answered ${response.status}`;
  }
}

export class Feed {
  /**
   * @param {number} pollMs
   * @param {(signal: AbortSignal) => Promise<void>} step one round; throws FeedError
   * @param {(error: FeedError | null) => void} onRound called after each round
   */
  constructor(pollMs, step, onRound) {
    this._pollMs = pollMs;
    this._step = step;
    this._onRound = onRound;
    this._stop = new AbortController();
    this._wake = () => {};
    document.addEventListener("visibilitychange", () => this._wake(), { signal: this._stop.signal });
    this._run();
  }

  stop() {
    this._stop.abort();
    this._wake();
  }

  async _run() {
    while (!this._stop.signal.aborted) {
      const started = performance.now();
      const error = await this._round();
      if (this._stop.signal.aborted) return;
      this._onRound(error);
      await this._pause(started);
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
    const every = this._pollMs * (document.hidden ? HIDDEN_FACTOR : 1);
    const jitter = 1 + JITTER * (2 * Math.random() - 1);
    const wait = Math.max(50, started + every * jitter - performance.now());
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, wait);
      this._wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
