// Server-sent events of one page: says whether they arrive, and opens again when they do not.

/** The server sends a beat every 2 s; longer silence means that the connection is lost. */
const SILENCE_MS = 4500;
/** A stream that is silent from the start (a proxy holds it back) is tried again ever later. */
const PATIENCE_MS = 5000;
const LONGEST_PAUSE_MS = 60_000;

/** A failure that says what failed: the server, or the windows behind it. */
export class FeedError extends Error {
  /** @param {"server" | "windows" | "missing" | "refused"} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

export class EventStream {
  /**
   * @param {{url: string, kind: string, onData: (data: string) => boolean}} push
   * @param {(error: FeedError | null) => void} onState told of trouble behind the server
   * @param {() => void} wake asks for a polling round now
   */
  constructor({ url, kind, onData }, onState, wake) {
    Object.assign(this, { _url: url, _kind: kind, _onData: onData, _onState: onState, _wake: wake });
    this._source = null;
    this._heard = -Infinity;
    this._round = false;
    this._nextTry = -Infinity;
    this._pause = PATIENCE_MS;
  }

  /** True while events arrive and none asked for a round. */
  get alive() {
    return this._source !== null && !this._round && performance.now() - this._heard < SILENCE_MS;
  }

  /** Open unless it is open, or was tried in vain a moment ago. */
  open() {
    this._round = false;
    if (this.alive || performance.now() < this._nextTry) return;
    this.close();
    this._heard = -Infinity;
    this._nextTry = performance.now() + this._pause;
    this._pause = Math.min(this._pause * 2, LONGEST_PAUSE_MS);
    const source = new EventSource(this._url);
    this._source = source;
    source.addEventListener(this._kind, ({ data }) => this._data(data));
    source.addEventListener("snapshot", () => this._ask());
    source.addEventListener("beat", () => this._hear());
    source.addEventListener("trouble", ({ data }) => {
      this._hear();
      this._onState(new FeedError("windows", JSON.parse(data).error));
    });
    // Polling finds out what is wrong and opens a new stream when the server answers again.
    source.addEventListener("error", () => this._lose());
  }

  close() {
    this._source?.close();
    this._source = null;
  }

  _hear() {
    this._heard = performance.now();
    this._pause = PATIENCE_MS;
    this._nextTry = -Infinity;
  }

  _data(data) {
    this._hear();
    if (!this._onData(data)) this._ask();
  }

  _ask() {
    this._hear();
    this._round = true;
    this._wake();
  }

  _lose() {
    this.close();
    this._wake();
  }
}
