// What a playback says of itself, unmistakably, and its controls.
import { button, make } from "./alarm_dom.mjs";
import { formatSpan, isoTime, zoneName } from "./format.mjs";
import { SPEEDS } from "./playback_clock.mjs";
import { PlaybackJump } from "./playback_jump.mjs";
import { PlaybackScrub } from "./playback_scrub.mjs";
import { setClass, setText } from "./text.mjs";
import { mark, t } from "./words.mjs";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

/** Where readings come from, in English, by level and step. */
const LEVELS = {
  raw: (step) => (step === SECOND_MS ? mark("every reading") : mark("a reading every {span}")),
  frame: (step) => (step > SECOND_MS
    ? mark("readings kept with a malfunction, every {span}") : mark("readings kept with a malfunction")),
  minute: () => mark("1-minute means"),
  hour: () => mark("1-hour means"),
  none: () => mark("nothing kept"),
};

/** In English, for files. @param {{level: string, stepMs: number}} of the readings that are shown */
export function levelName({ level, stepMs }) {
  return english(level, stepMs).replace("{span}", formatSpan(stepMs));
}

/** @param {{level: string, stepMs: number}} of the readings that are shown */
export function levelText({ level, stepMs }) {
  return t(english(level, stepMs), { span: formatSpan(stepMs) });
}

function english(level, stepMs) {
  return (LEVELS[level] ?? LEVELS.raw)(stepMs);
}

export class PlaybackBar {
  /**
   * @param {HTMLElement} host
   * @param {string} timeZone
   * @param {{toggle(): void, step(ms: number): void, seek(ts: number): void,
   *   event(forward: boolean): void, setSpeed(speed: number): void, live(): void}} actions
   */
  constructor(host, timeZone, actions) {
    this._timeZone = timeZone;
    this._actions = actions;
    this._strip = make("div", "playback__strip");
    this._panel = make("div", "playback__panel");
    this._panel.setAttribute("role", "group");
    this._panel.setAttribute("aria-label", t("Playback"));
    this._buildStrip();
    this._buildControls();
    this.scrub = new PlaybackScrub(this._panel, { timeZone, onSeek: (ts) => actions.seek(ts) });
    this._note = make("p", "playback__note");
    this._note.setAttribute("role", "status");
    this._panel.append(this._note, make("p", "playback__hint",
      t("Space plays and pauses · ← → 10 s · with Shift 1 min, with Ctrl an event · alarm bar and clock on top stay live")));
    host.append(this._strip, this._panel);
  }

  /**
   * @param {{ts: number, newest: number, playing: boolean, speed: number, ended: boolean,
   *   level: {level: string, stepMs: number} | null, note: string}} state
   */
  update({ ts, newest, playing, speed, ended, level, note }) {
    setText(this._time, `${isoTime(ts, this._timeZone).slice(0, 19).replace("T", " ")} ${zoneName(ts, this._timeZone)}`);
    setText(this._pace, playing ? `(${speed}×)` : ended ? t("(end)") : t("(paused)"));
    setText(this._level, level ? levelText(level) : "");
    setClass(this._level, "playback__level--coarse", level !== null && level.level !== "raw");
    this._writePlay(playing);
    for (const [value, element] of this._speeds) element.setAttribute("aria-pressed", String(value === speed));
    setText(this._note, note);
    this.scrub.update(ts, newest);
    this._jump.update(ts);
  }

  /** Another time was asked for. */
  moved() {
    this._jump.forget();
  }

  _buildStrip() {
    this._time = make("span", "playback__time");
    this._pace = make("span", "playback__pace");
    this._level = make("span", "playback__level");
    this._play = this._button(t("Play"), () => this._actions.toggle(), t("Play or pause (space)"));
    this._play.classList.add("playback__play");
    const live = this._button(t("Back to live"), () => this._actions.live());
    live.classList.add("playback__live");
    this._strip.append(
      make("strong", "playback__mark", t("PLAYBACK – not live –")), this._time, this._pace, this._level,
      this._play, live,
    );
  }

  _buildControls() {
    const { step, event, setSpeed } = this._actions;
    const steps = make("div", "playback__group playback__group--steps");
    steps.append(
      this._button(`« ${t("Event")}`, () => event(false), t("Previous event (Ctrl+←)")),
      this._button("−1 min", () => step(-MINUTE_MS), t("One minute back")),
      this._button("−10 s", () => step(-10 * SECOND_MS), t("Ten seconds back")),
      this._button("+10 s", () => step(10 * SECOND_MS), t("Ten seconds on")),
      this._button("+1 min", () => step(MINUTE_MS), t("One minute on")),
      this._button(`${t("Event")} »`, () => event(true), t("Next event (Ctrl+→)")),
    );
    const speeds = make("div", "playback__group");
    speeds.setAttribute("role", "group");
    speeds.setAttribute("aria-label", t("Speed"));
    this._speeds = SPEEDS.map((value) => [value, this._button(`${value}×`, () => setSpeed(value))]);
    speeds.append(...this._speeds.map(([, element]) => element));
    const row = make("div", "playback__controls");
    row.append(steps, speeds);
    this._jump = new PlaybackJump(row, this._timeZone, (ts) => this._actions.seek(ts));
    this._panel.append(row);
  }

  _writePlay(playing) {
    setText(this._play, playing ? `❚❚ ${t("Pause")}` : `▶ ${t("Play")}`);
  }

  /** The pointer leaves the focus where it was, so that space goes on playing and pausing. */
  _button(text, onClick, title = "") {
    const element = button(text, onClick, "button");
    if (title) element.title = title;
    element.addEventListener("mousedown", (event) => event.preventDefault());
    return element;
  }
}
