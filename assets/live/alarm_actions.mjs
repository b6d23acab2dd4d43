// What can be done with the chosen alarms: acknowledge, shelve, take out of service …
import { ask, mustBeFilled } from "./alarm_dialog.mjs";
import { button, field, input, make, select } from "./alarm_dom.mjs";
import { personButton } from "./alarm_person.mjs";
import { isUnacknowledged } from "./alarm_words.mjs";
import { setText } from "./text.mjs";

const MAX_COMMENT = 2000;
const TIMES = [["15", "15 minutes"], ["60", "1 hour"], ["240", "4 hours"], ["", "Until it clears"]];

/** By action: words, its key, and the alarms it makes sense for. */
const ACTIONS = {
  acknowledge: { text: "Acknowledge", key: "A", fits: isUnacknowledged },
  shelve: { text: "Shelve…", key: "S", fits: ({ state }) => !["SHELVED", "OUT_OF_SERVICE"].includes(state) },
  unshelve: { text: "Unshelve", fits: ({ shelving }) => shelving !== "Unshelved" },
  out_of_service: { text: "Out of service…", fits: ({ state }) => state !== "OUT_OF_SERVICE" },
  in_service: { text: "Back in service", fits: ({ state }) => state === "OUT_OF_SERVICE" },
  reset: { text: "Reset", fits: ({ state }) => state === "LATCHED" },
};

const DONE = {
  acknowledge: "Acknowledge", shelve: "Shelve", unshelve: "Unshelve",
  out_of_service: "Take out of service", in_service: "Put back in service", reset: "Reset",
};

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
    this.element.setAttribute("aria-label", "Act on the selected alarms");
    this._count = make("span", "alarm-actions__count");
    this._comment = input({ placeholder: "Comment (optional)", maxLength: MAX_COMMENT });
    this._comment.setAttribute("aria-label", "Comment");
    this._buttons = Object.entries(ACTIONS).map(([name, about]) => this._button(name, about));
    this.element.append(this._count, this._comment, ...this._buttons.map(([, one]) => one), personButton());
  }

  /** Only what makes sense for what is chosen can be pressed. @param {number} selected */
  update(selected) {
    const chosen = selected ? this._chosen() : [];
    setText(this._count, selected ? `${selected} selected` : "None selected");
    for (const [name, element] of this._buttons) element.disabled = !chosen.some(ACTIONS[name].fits);
  }

  /** @param {string} name of an action; does nothing where it makes no sense */
  async act(name) {
    const { saving } = this._commands;
    const fit = this._chosen().filter(ACTIONS[name].fits);
    const alarms = fit.map(({ id }) => id).filter((id) => !saving.has(id));
    if (!alarms.length) return;
    const count = alarms.length === 1 ? "1 alarm" : `${alarms.length} alarms`;
    const details = await this._details(name, count);
    if (!details) return;
    const done = this._commands.send(`${DONE[name]} ${count}`, { action: name, alarms, ...details });
    if (await done) this._finish();
  }

  _finish() {
    this._comment.value = "";
    this._onDone();
  }

  /** What hides an alarm needs a reason. @returns {Promise<object | null>} null: turned back */
  async _details(name, count) {
    if (!["shelve", "out_of_service"].includes(name)) return { comment: this._comment.value.trim() };
    const time = select(TIMES, "15");
    const reason = mustBeFilled(input({ value: this._comment.value, maxLength: MAX_COMMENT }));
    const timed = name === "shelve";
    const confirmed = await ask({
      title: `${DONE[name]}: ${count}`,
      text: timed ? "Nobody is told of it meanwhile." : "Nobody is told of it until it is put back in service.",
      controls: [...(timed ? [field("For", time)] : []), field("Reason", reason)],
      confirm: DONE[name],
    });
    if (!confirmed) return null;
    const comment = reason.value.trim();
    return timed ? { comment, minutes: time.value ? Number(time.value) : null } : { comment };
  }

  _button(name, { text, key }) {
    const element = button(text, () => this.act(name));
    if (key) element.title = `Key ${key}`;
    if (name === "acknowledge") element.classList.add("button--main");
    return [name, element];
  }
}
