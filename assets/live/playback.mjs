// The Extruder page fed from history: one clock, readings fetched ahead, controls, what happened then.
import { formatTime, isoTime } from "./format.mjs";
import { PlaybackAlarms } from "./playback_alarms.mjs";
import { levelName, PlaybackBar } from "./playback_bar.mjs";
import { PlaybackClock } from "./playback_clock.mjs";
import { PlaybackEvents } from "./playback_events.mjs";
import { PlaybackFeed } from "./playback_feed.mjs";
import { listenToPlaybackKeys } from "./playback_keys.mjs";
import { LAG_MS, PlaybackStore } from "./playback_store.mjs";
import { BACK_MS, enterPlayback, leavePlayback, readPlayback, writePlayback } from "./playback_url.mjs";
import { t } from "./words.mjs";

/** Loading that takes shorter than this is not worth words. */
const PATIENCE_MS = 400;
/** The address follows running time so often, and a jump at once. */
const ADDRESS_MS = 5000;
const SAVE_MS = 200;
const RETRY_MS = 2000;
/** More than the lag of the readings: clocks of browser and server differ a little. */
const NEWEST_LAG_MS = LAG_MS + 500;

/**
 * The playback that the page's address asks for; null on the live page, whose button then leads
 * to one.
 * @param {HTMLElement} root of the Extruder page @param {object} context of the pages
 */
export function playbackOf(root, context) {
  const host = document.getElementById("extruder-playback");
  const position = host && readPlayback();
  if (position) return new Playback(host, Number(root.dataset.mwExtruder), position, context);
  const enter = root.querySelector('[data-mw-part="play-back"]');
  if (enter) enter.onclick = () => enterPlayback(context.clock.now() - BACK_MS);
  return null;
}

class Playback {
  constructor(host, extruder, { at, speed, play }, { clock, settings }) {
    Object.assign(this, { _host: host, _extruder: extruder, _live: clock, _settings: settings });
    this._stop = new AbortController();
    this.clock = new PlaybackClock(at, speed);
    this.clock.setPlaying(play);
    this.events = new PlaybackEvents(extruder);
    this._ended = false;
    this._waiting = performance.now();
    this._savedAt = performance.now();
    const actions = {
      toggle: () => this.toggle(),
      step: (ms) => this.seek(this.clock.now() + ms),
      seek: (ts) => this.seek(ts),
      event: (forward) => this._toEvent(forward),
      setSpeed: (value) => this._setSpeed(value),
      live: () => leavePlayback(),
    };
    this._bar = new PlaybackBar(host, settings.timeZone, actions);
    listenToPlaybackKeys(actions, this._stop.signal);
    document.documentElement.toggleAttribute("data-mw-playback", true);
  }

  /** The list of alarms as it was then. @param {HTMLElement} host */
  alarms(host) {
    this._alarms = new PlaybackAlarms(host, this.events, this._settings.timeZone);
    return this._alarms;
  }

  /**
   * Feed a page.
   * @param {{load(signal: AbortSignal): Promise<void>, signals(): object[], apply(message: object): void,
   *   show(message: object): void, setLimits(byProduct: object): void, jumped(ts: number): void}} page
   *   `load` builds it
   * @returns {{stop(): void}}
   */
  start(page) {
    this._page = page;
    this._run();
    return this;
  }

  stop() {
    this._stop.abort();
    clearTimeout(this._saving);
    this._feed?.stop();
    this._store?.stop();
    this.events.stop();
    this._host.replaceChildren();
    document.documentElement.toggleAttribute("data-mw-playback", false);
  }

  /** What the readings are, for a file of them. */
  get source() {
    const level = this._store?.levelAt(this.clock.now());
    return level ? levelName(level) : "";
  }

  toggle() {
    this._ended = false;
    this._said = "";
    this.clock.setPlaying(!this.clock.playing);
    this._feed?.tick();
    this._save();
  }

  /** Show another time; one that has not come yet is the newest. @param {number} ts ms */
  seek(ts) {
    this._ended = false;
    this._said = "";
    this.clock.seek(Math.max(0, Math.round(ts)));
    this._bar.moved();
    this._page.jumped(this.clock.now());
    this._feed?.tick();
    this._save();
  }

  async _run() {
    const { signal } = this._stop;
    while (!signal.aborted) {
      try {
        await this._page.load(signal);
        break;
      } catch (error) {
        this._failure = error.message;
        this._write();
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    if (signal.aborted) return;
    this._failure = "";
    this._feedPage();
  }

  _feedPage() {
    const signals = this._page.signals();
    const { windowS, stepMs } = this._settings;
    const shape = { stepMs, slots: Math.round((windowS * 1000) / stepMs) };
    this._store = new PlaybackStore(
      { extruder: this._extruder, signals: signals.length, ...shape },
      (from, to) => this._feed.came(from, to),
    );
    this.events.addEventListener("change", () => this._bar.scrub.showEvents(this.events, signals));
    this._feed = new PlaybackFeed({
      clock: this.clock, store: this._store, shape, page: this._page,
      newest: () => this._newest(), onTick: (state) => this._ticked(state),
    });
    this._feed.tick();
  }

  _newest() {
    return this._live.now() - NEWEST_LAG_MS;
  }

  _ticked({ ready, ended }) {
    const ts = this.clock.now();
    if (ended) this._ended = true;
    if (ready) this._waiting = null;
    else this._waiting ??= performance.now();
    this.events.want(ts, this._newest());
    const limits = this.events.limitsAt(ts);
    if (this.events.known && limits !== this._limits) this._page.setLimits((this._limits = limits));
    this._alarms?.update(ts);
    this._write();
    if (ended || (this.clock.playing && performance.now() - this._savedAt > ADDRESS_MS)) this._save();
  }

  _write() {
    const { clock } = this;
    const ts = clock.now();
    this._bar.update({
      ts, newest: this._newest(), playing: clock.playing, speed: clock.speed, ended: this._ended,
      level: this._store?.levelAt(ts) ?? null, note: this._note(ts),
    });
  }

  /** What people must know now, the most important first. */
  _note(ts) {
    const { error } = this._store ?? {};
    const failure = this._failure || (error && this._waiting !== null && error.message);
    if (failure) return t("Readings of this time cannot be had: {failure}. Trying again.", { failure: t(failure) });
    if (this._waiting !== null) return performance.now() - this._waiting > PATIENCE_MS ? t("Readings are loading") : "";
    if (this._ended) return t("End of the recording: this is now. “Back to live” shows what comes.");
    if (this._store?.levelAt(ts)?.level === "none") return this._notKept();
    return this._said || this.events.error && t("Events cannot be had: {error}", { error: t(this.events.error) });
  }

  _notKept() {
    const { oldest } = this.events;
    const zone = this._settings.timeZone;
    if (!oldest) return t("No readings of this time are kept.");
    const time = `${isoTime(oldest, zone).slice(0, 10)} ${formatTime(oldest, zone)}`;
    return t("No readings of this time are kept: the oldest are of {time}.", { time });
  }

  _toEvent(forward) {
    const now = this.clock.now();
    const ts = this.events.knows(now) ? this.events.neighbour(now, forward) : null;
    if (ts !== null) this.seek(ts);
    else if (!this.events.knows(now)) this._said = t("Events of this time are loading");
    else this._said = forward ? t("No later event within a day") : t("No earlier event within a day");
  }

  _setSpeed(speed) {
    this.clock.setSpeed(speed);
    this._feed?.tick();
    this._save();
  }

  /** Not for each place that the bar is dragged over: browsers refuse that. */
  _save() {
    this._savedAt = performance.now();
    clearTimeout(this._saving);
    this._saving = setTimeout(() => {
      writePlayback({ at: this.clock.now(), speed: this.clock.speed });
    }, SAVE_MS);
  }
}
