// A field for any date and time, in the plant's zone.
import { button, field, input } from "./alarm_dom.mjs";
import { isoTime, zoneOffset } from "./format.mjs";
import { t } from "./words.mjs";

export class PlaybackJump {
  /** @param {HTMLElement} host @param {string} timeZone @param {(ts: number) => void} onSeek */
  constructor(host, timeZone, onSeek) {
    this._timeZone = timeZone;
    this._touched = false;
    this._field = input({ type: "datetime-local", step: "1", required: true }, () => (this._touched = true));
    this._field.classList.add("playback__when");
    const form = document.createElement("form");
    form.className = "playback__jump";
    form.append(field(t("Date and time"), this._field), button(t("Go"), () => {}));
    form.lastChild.type = "submit";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._touched = false;
      const ts = msOf(this._field.value, timeZone);
      if (Number.isFinite(ts)) onSeek(ts);
    });
    host.append(form);
  }

  /** Says the time that is shown, unless somebody is writing another one. */
  update(ts) {
    if (this._touched || document.activeElement === this._field) return;
    const text = isoTime(ts, this._timeZone).slice(0, 19);
    if (text !== this._shown) this._field.value = this._shown = text;
  }

  /** What was written is of no use any more. */
  forget() {
    this._touched = false;
    this._shown = null;
  }
}

/** @param {string} text 2026-11-24T03:12[:10] on the plant's clocks @returns {number} ms, NaN if none */
export function msOf(text, timeZone) {
  const asUtc = Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`);
  if (Number.isNaN(asUtc)) return NaN;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  const guess = asUtc - zoneOffset(asUtc, timeZone);
  return asUtc - zoneOffset(guess, timeZone);
}
