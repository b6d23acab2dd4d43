// The time that a playback shows: runs at any speed, stands still, jumps.

export const SPEEDS = [1, 2, 5, 10, 30, 60];

/** Takes the place of the server's clock for everything that shows readings. */
export class PlaybackClock {
  /** @param {number} at ms since the epoch @param {number} speed one of SPEEDS */
  constructor(at, speed) {
    this._base = at;
    this._since = performance.now();
    this._speed = speed;
    this._playing = false;
    this._held = false;
  }

  /** @returns {number} ms since the epoch */
  now() {
    return this._runs ? this._base + (performance.now() - this._since) * this._speed : this._base;
  }

  get playing() {
    return this._playing;
  }

  get speed() {
    return this._speed;
  }

  seek(ts) {
    this._base = ts;
    this._since = performance.now();
  }

  /** Each change keeps the time that it happens at. */
  setPlaying(playing) {
    this.seek(this.now());
    this._playing = playing;
  }

  setSpeed(speed) {
    this.seek(this.now());
    this._speed = speed;
  }

  /** @param {boolean} held stand still although it plays, e.g. while readings are on their way */
  hold(held) {
    if (held === this._held) return;
    this.seek(this.now());
    this._held = held;
  }

  get _runs() {
    return this._playing && !this._held;
  }
}
