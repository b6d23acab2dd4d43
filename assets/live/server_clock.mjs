// The server's clock as the browser knows it: ages must not depend on a wrong clock at the screen.

const SAMPLES = 60;
const ESTIMATES = 5;

export class ServerClock {
  constructor() {
    this._offsets = [];
    this._estimates = [];
    this._newest = -Infinity;
    this.offset = 0;
  }

  /**
   * @param {number} servedMs the server's clock (ms since the epoch) when an answer was made
   * @param {Headers} [headers] of the answer, if it may have been kept on its way
   */
  sync(servedMs, headers) {
    const offset = servedMs - Date.now();
    keep(this._offsets, offset, SAMPLES);
    // A body that a browser had already (304) was made longer ago than its new headers say.
    if (servedMs > this._newest) keep(this._estimates, offset + waitedMs(headers), ESTIMATES);
    this._newest = Math.max(this._newest, servedMs);
    // Waiting in caches and on the way only ever makes the server look earlier than it is. What
    // caches say of that may be too much by the time an answer took to make: the least of it.
    this.offset = Math.max(...this._offsets, Math.min(...this._estimates));
  }

  /** @returns {number} ms since the epoch on the server's clock */
  now() {
    return Date.now() + this.offset;
  }
}

/**
 * How long an answer was kept. `Meltwatch-Waited` names a pair "from/until" (s) for each who kept
 * it, each by its own clock, which need not agree (routes/micro_cache.py); a CDN says `Age`.
 * @param {Headers} [headers]
 * @returns {number} ms
 */
export function waitedMs(headers) {
  const pairs = (headers?.get("Meltwatch-Waited") ?? "").split(" ").map((one) => one.split("/"));
  const spans = pairs.map(([from, until]) => Math.max(0, Number(until) - Number(from)) || 0);
  const age = Math.max(0, Number(headers?.get("Age"))) || 0;
  return 1000 * spans.reduce((sum, span) => sum + span, age);
}

function keep(samples, one, most) {
  samples.push(one);
  if (samples.length > most) samples.shift();
}
