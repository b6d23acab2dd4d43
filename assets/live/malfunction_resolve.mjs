// Closes a malfunction: which cause was found, and what was done about it.
import { ask, mustBeFilled } from "./alarm_dialog.mjs";
import { field, input, make, select } from "./alarm_dom.mjs";
import { t } from "./words.mjs";

const MAX_TEXT = 2000;

/**
 * @param {object} malfunction as GET /alarms tells it
 * @param {{commands: import("./alarm_commands.mjs").Commands, causes: [string, string][]}} context
 */
export async function resolve(malfunction, { commands, causes }) {
  const found = select(causes.map(([code, label]) => [code, t(label)]), malfunction.causes[0]?.cause ?? "cannot_tell");
  const action = mustBeFilled(input({ maxLength: MAX_TEXT, placeholder: t("e.g. changed the screen pack") }));
  const note = make("textarea", "alarm-input");
  Object.assign(note, { maxLength: MAX_TEXT, rows: 3 });
  const name = malfunction.extruder_name;
  const confirmed = await ask({
    title: t("Resolve the malfunction of {name}", { name }),
    text: t("What you found teaches everybody who meets it next."),
    controls: [field(t("Cause found"), found), field(t("Action taken"), action), field(t("Note"), note)],
    confirm: t("Resolve"),
  });
  if (!confirmed) return;
  await commands.send(t("Resolve the malfunction of {name}", { name }), {
    action: "resolve_malfunction",
    malfunction: malfunction.id,
    cause: found.value,
    action_taken: action.value.trim(),
    comment: note.value.trim(),
  });
}
