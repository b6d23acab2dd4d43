// What can be done with the chosen alarms: acknowledge, shelve, take out of service …
import { ask, mustBeFilled } from "./alarm_dialog.mjs";
import { button, field, input, make, select } from "./alarm_dom.mjs";
import { personButton } from "./alarm_person.mjs";
import { isUnacknowledged } from "./alarm_words.mjs";
import { setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

const MAX_COMMENT = 2000;
const TIMES = [
  ["15", t("15 minutes")], ["60", t("1 hour")], ["240", t("4 hours")], ["", t("Until it clears")],
];

/** By action: words, its key, and the alarms it makes sense for. */
const ACTIONS = {
  acknowledge: { text: t("Acknowledge"), key: "A", fits: isUnacknowledged },
  shelve: { text: t("Shelve…"), key: "S", fits: ({ state }) => !["SHELVED", "OUT_OF_SERVICE"].includes(state) },
  unshelve: { text: t("Unshelve"), fits: ({ shelving }) => shelving !== "Unshelved" },
  out_of_service: { text: t("Out of service…"), fits: ({ state }) => state !== "OUT_OF_SERVICE" },
  in_service: { text: t("Back in service"), fits: ({ state }) => state === "OUT_OF_SERVICE" },
  reset: { text: t("Reset"), fits: ({ state }) => state === "LATCHED" },
};

/** What was done to so many alarms. */
const DONE = {
  acknowledge: (n) => plural("Acknowledge {n} alarm", "Acknowledge {n} alarms", n),
  shelve: (n) => plural("Shelve {n} alarm", "Shelve {n} alarms", n),
  unshelve: (n) => plural("Unshelve {n} alarm", "Unshelve {n} alarms", n),
  out_of_service: (n) => plural("Take out of service {n} alarm", "Take out of service {n} alarms", n),
  in_service: (n) => plural("Put back in service {n} alarm", "Put back in service {n} alarms", n),
  reset: (n) => plural("Reset {n} alarm", "Reset {n} alarms", n),
};

/** Of what hides an alarm, and so is asked for once more. */
const CONFIRM = { shelve: t("Shelve"), out_of_service: t("Take out of service") };

export class AlarmActions {
  /**
   * @param {import("./alarm_commands.mjs").Commands} commands
   * @param {() => object[]} chosen alarms to act on
   * @param {() => void} onDone the command is recorded
   */
  constructor(commands, chosen, onDone) {
    Object.assign(this, { _commands: commands, _chosen: chosen, _onDone: onDone });
    this.element = make("div", "alarm-actions");
    this.element.setAttribute("role", "toolbar");
    this.element.setAttribute("aria-label", t("Act on the selected alarms"));
    this._count = make("span", "alarm-actions__count");
    this._comment = input({ placeholder: t("Comment (optional)"), maxLength: MAX_COMMENT });
    this._comment.setAttribute("aria-label", t("Comment"));
    this._buttons = Object.entries(ACTIONS).map(([name, about]) => this._button(name, about));
    this.element.append(this._count, this._comment, ...this._buttons.map(([, one]) => one), personButton());
  }

  /** Only what makes sense for what is chosen can be pressed. @param {number} selected */
  update(selected) {
    const chosen = selected ? this._chosen() : [];
    const count = plural("{n} selected", "{n} selected", selected);
    setText(this._count, selected ? count : t("None selected"));
    for (const [name, element] of this._buttons) element.disabled = !chosen.some(ACTIONS[name].fits);
  }

  /** @param {string} name of an action; does nothing where it makes no sense */
  async act(name) {
    const { saving } = this._commands;
    const fit = this._chosen().filter(ACTIONS[name].fits);
    const alarms = fit.map(({ id }) => id).filter((id) => !saving.has(id));
    if (!alarms.length) return;
    const details = await this._details(name, alarms.length);
    if (!details) return;
    const done = this._commands.send(DONE[name](alarms.length), { action: name, alarms, ...details });
    if (await done) this._finish();
  }

  _finish() {
    this._comment.value = "";
    this._onDone();
  }

  /** What hides an alarm needs a reason. @returns {Promise<object | null>} null: turned back */
  async _details(name, count) {
    if (!(name in CONFIRM)) return { comment: this._comment.value.trim() };
    const time = select(TIMES, "15");
    const reason = mustBeFilled(input({ value: this._comment.value, maxLength: MAX_COMMENT }));
    const timed = name === "shelve";
    const confirmed = await ask({
      title: `${CONFIRM[name]}: ${plural("{n} alarm", "{n} alarms", count)}`,
      text: timed
        ? t("Nobody is told of it meanwhile.")
        : t("Nobody is told of it until it is put back in service."),
      controls: [...(timed ? [field(t("For"), time)] : []), field(t("Reason"), reason)],
      confirm: CONFIRM[name],
    });
    if (!confirmed) return null;
    const comment = reason.value.trim();
    return timed ? { comment, minutes: time.value ? Number(time.value) : null } : { comment };
  }

  _button(name, { text, key }) {
    const element = button(text, () => this.act(name));
    if (key) element.title = t("Key {key}", { key });
    if (name === "acknowledge") element.classList.add("button--main");
    return [name, element];
  }
}
