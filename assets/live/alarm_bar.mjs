// The alarm bar of every page: counts by priority, the most urgent one, the sound.
import { link, make, priorityMark } from "./alarm_dom.mjs";
import { byUrgency, PRIORITIES, priorityOf, whatOf } from "./alarm_words.mjs";
import { part, setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

export class AlarmBar {
  /**
   * @param {HTMLElement} element
   * @param {import("./alarm_feed.mjs").AlarmFeed} feed
   * @param {import("./alarm_sound.mjs").AlarmSound} sound
   */
  constructor(element, feed, sound) {
    Object.assign(this, { _element: element, _feed: feed, _sound: sound });
    this._urgent = part(element, "urgent");
    this._voice = make("span", "visually-hidden");
    this._voice.setAttribute("aria-live", "polite");
    element.append(this._voice);
    element.dataset.mwPlayed = t("Live:"); // said by the style sheet, while something is played back
    this._silence = part(element, "silence");
    this._button = part(element, "sound");
    this._button.addEventListener("click", () => this._act(() => sound.toggle()));
    this._silence.addEventListener("click", () => this._act(() => sound.silence()));
    feed.addEventListener("change", () => this._update());
    this._tools();
  }

  _act(action) {
    action();
    this._tools();
  }

  _update() {
    const { known, trouble, alarms, unacknowledged } = this._feed;
    if (known) this._sound.update(alarms);
    for (const priority of Object.keys(PRIORITIES)) this._count(Number(priority), trouble, unacknowledged);
    setClass(this._element, "alarm-bar--trouble", Boolean(trouble));
    this._news(trouble, [...unacknowledged].sort(byUrgency)[0]);
    this._tools();
  }

  /** None is told only by an answer that is fresh. */
  _count(priority, trouble, unacknowledged) {
    const number = part(this._element, `count-${priority}`);
    const count = unacknowledged.filter((alarm) => alarm.priority === priority).length;
    setText(number, count || !trouble ? String(count) : "–");
    setClass(number.parentElement, "alarm-count--some", count > 0);
  }

  /** Written only when it changed: a link must not be made anew under the pointer. */
  _news(trouble, alarm) {
    const key = trouble || (alarm ? `${alarm.id}|${alarm.priority}|${whatOf(alarm)}` : this._calm());
    if (key === this._shown) return;
    this._shown = key;
    if (trouble || !alarm) this._urgent.replaceChildren(trouble || this._calm());
    else this._urgent.replaceChildren(...most(alarm));
    this._urgent.title = trouble || (alarm ? `${alarm.extruder_name}: ${whatOf(alarm)}` : "");
    this._say(trouble, alarm);
  }

  /** Read aloud on another alarm, not on another value. */
  _say(trouble, alarm) {
    if (trouble) return setText(this._voice, t("Alarms may be out of date"));
    if (!alarm) return setText(this._voice, this._calm());
    const { word } = priorityOf(alarm.priority);
    return setText(this._voice, `${alarm.extruder_name}, ${word}: ${t(alarm.label)} ${t(alarm.condition)}`);
  }

  _calm() {
    const acknowledged = this._feed.told.filter((alarm) => alarm.active).length;
    if (!acknowledged) return t("No unacknowledged alarms");
    return t("No unacknowledged alarms, {n} active and acknowledged", { n: acknowledged });
  }

  _tools() {
    const { on, blocked, sounding } = this._sound;
    setText(this._button, on ? (blocked ? t("Sound needs a click") : t("Sound on")) : t("Sound off"));
    this._button.setAttribute("aria-pressed", String(on));
    // Invisible rather than gone: it must not push its neighbours about.
    setClass(this._silence, "alarm-bar__none", !sounding);
  }
}

function most(alarm) {
  const where = link(alarm.extruder_name, `/extruder/${alarm.extruder}`, "alarm-bar__where");
  return [priorityMark(alarm.priority), where, make("span", "alarm-bar__what", whatOf(alarm))];
}
