// The server's clock as the browser knows it: ages must not depend on a wrong clock at the screen.

const SAMPLES = 60;

export class ServerClock {
  constructor() {
    this._offsets = [];
    this.offset = 0;
  }

  /** @param {number} servedMs the server's clock (ms since the epoch) when an answer was made */
  sync(servedMs) {
    this._offsets.push(servedMs - Date.now());
    if (this._offsets.length > SAMPLES) this._offsets.shift();
    // Waiting in caches and on the way only ever makes the server look earlier than it is.
    this.offset = Math.max(...this._offsets);
  }

  /** @returns {number} ms since the epoch on the server's clock */
  now() {
    return Date.now() + this.offset;
  }
}
