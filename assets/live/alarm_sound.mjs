// Tones of alarms that nobody has acknowledged: off until somebody switches them on.
import { isUnacknowledged } from "./alarm_words.mjs";

const KEY = "meltwatch-sound";
const REPEAT_MS = 5000;
/** The feed comes once a second, not to the millisecond. */
const EARLY_MS = 300;
const LOUDNESS = 0.12;
/** By priority: Hz of each tone, its length in s, and its wave. */
const TONES = {
  1: { pitches: [988, 740, 988, 740], length: 0.14, wave: "square" },
  2: { pitches: [740, 740], length: 0.2, wave: "triangle" },
  3: { pitches: [587], length: 0.3, wave: "sine" },
  4: { pitches: [392], length: 0.2, wave: "sine" },
};

export class AlarmSound {
  constructor() {
    this.on = localStorage.getItem(KEY) === "on";
    this._heard = null;
    this._silenced = new Set();
    this._repeating = false;
    this._criticalAt = -Infinity;
    this._context = null;
    // A browser lets a page sound only after somebody has touched it.
    for (const name of ["pointerdown", "keydown"]) addEventListener(name, () => this.on && this._wake());
  }

  /** True while a critical alarm repeats its tone. */
  get sounding() {
    return this.on && this._repeating;
  }

  /** True when it is on but the browser has not let it sound yet. */
  get blocked() {
    return this.on && !this._context;
  }

  toggle() {
    this.on = !this.on;
    localStorage.setItem(KEY, this.on ? "on" : "off");
    if (!this.on) return;
    this._wake();
    this._play(4); // so that whoever switches it on hears that it works
  }

  /** Quiet for what is unacknowledged now; what comes later sounds again. */
  silence() {
    this._silenced = new Set(this._heard);
    this._repeating = false;
  }

  /** @param {object[]} alarms all, as GET /alarms tells them; once a second */
  update(alarms) {
    const waiting = alarms.filter(isUnacknowledged);
    const names = new Map(waiting.map((alarm) => [`${alarm.id}@${alarm.since}`, alarm.priority]));
    // What stood before the page was opened is not news.
    const fresh = this._heard ? [...names.keys()].filter((name) => !this._heard.has(name)) : [];
    this._heard = new Set(names.keys());
    const silent = (name) => this._silenced.has(name);
    this._repeating = [...names].some(([name, priority]) => priority === 1 && !silent(name));
    if (this.on) this._sound(fresh.map((name) => names.get(name)));
  }

  _sound(fresh) {
    const due = performance.now() - this._criticalAt >= REPEAT_MS - EARLY_MS;
    if (this._repeating && due) this._play(1);
    else if (fresh.length) this._play(Math.min(...fresh));
  }

  _wake() {
    this._context ??= new AudioContext();
    if (this._context.state === "suspended") this._context.resume().catch(() => {});
  }

  _play(priority) {
    if (!this._context) return;
    if (priority === 1) this._criticalAt = performance.now();
    const { pitches, length, wave } = TONES[priority] ?? TONES[4];
    pitches.forEach((pitch, index) => this._tone(pitch, index * length * 1.25, length, wave));
  }

  _tone(pitch, after, length, wave) {
    const context = this._context;
    const at = context.currentTime + after;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.type = wave;
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(LOUDNESS, at);
    loudness.gain.exponentialRampToValueAtTime(0.001, at + length);
    tone.connect(loudness).connect(context.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}
