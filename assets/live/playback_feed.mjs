// Feeds the Extruder page from the past as its live feed does from the present: a window, then deltas.

const TICK_MS = 40;
/** Gauges and tables are written less often than lines are drawn: nobody reads faster. */
const SHOW_MS = 200;

export class PlaybackFeed {
  /**
   * @param {object} parts
   * @param {import("./playback_clock.mjs").PlaybackClock} parts.clock
   * @param {import("./playback_store.mjs").PlaybackStore} parts.store
   * @param {{stepMs: number, slots: number}} parts.shape of the page's window
   * @param {() => number} parts.newest ms of the latest time that can be shown
   * @param {{apply(message: object): void, show(message: object): void}} parts.page `show` what
   *   was applied, after `apply`
   * @param {(state: {ready: boolean, ended: boolean}) => void} parts.onTick `ended`: it has just
   *   been stopped at the newest reading
   */
  constructor({ clock, store, shape, newest, page, onTick }) {
    Object.assign(this, { _clock: clock, _store: store, _newest: newest, _page: page });
    Object.assign(this, shape);
    this._onTick = onTick;
    this._step = -1;
    this._head = -1;
    this._stale = true;
    this._shownAt = -Infinity;
    this._due = null;
    this._timer = setInterval(() => this.tick(), TICK_MS);
    // Browsers slow the ticks of a hidden page down, so time stands still where nobody looks.
    this._onVisibility = () => this.tick();
    document.addEventListener("visibilitychange", this._onVisibility);
  }

  stop() {
    clearInterval(this._timer);
    document.removeEventListener("visibilitychange", this._onVisibility);
  }

  /** Readings of [from, to) ms have come. */
  came(from, to) {
    const last = this._step * this.stepMs;
    if (this._step < 0 || (to > last - this.slots * this.stepMs && from <= last)) this._stale = true;
    this.tick();
  }

  /** Show what the clock says now. */
  tick() {
    const ended = this._clampToNewest();
    const ts = this._clock.now();
    this._store.want(ts, this._clock.playing ? this._clock.speed : 1, this._newest());
    const ready = this._store.covers(ts);
    this._clock.hold(!ready || document.hidden);
    if (ready) this._lay(Math.floor(ts / this.stepMs));
    this._show();
    this._onTick({ ready, ended });
  }

  _clampToNewest() {
    const newest = this._newest();
    if (this._clock.now() < newest) return false;
    this._clock.setPlaying(false);
    this._clock.seek(newest);
    return true;
  }

  _lay(step) {
    const from = step - this.slots + 1;
    const follows = !this._stale && step >= this._step && this._head >= from;
    if (follows && step === this._step) return;
    const message = follows
      ? this._store.message(this._head + 1, step, true)
      : this._store.message(from, step, false);
    this._step = step;
    this._stale = false;
    if (!message) return;
    this._head = message.steps ? message.headTs / this.stepMs : -1;
    this._page.apply(message);
    this._due = message;
  }

  _show() {
    const now = performance.now();
    const urgent = !this._clock.playing || now - this._shownAt >= SHOW_MS;
    if (!this._due || !urgent) return;
    this._shownAt = now;
    this._page.show(this._due);
    this._due = null;
  }
}
