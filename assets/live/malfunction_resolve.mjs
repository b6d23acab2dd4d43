// Closes a malfunction: which cause was found, and what was done about it.
import { ask, mustBeFilled } from "./alarm_dialog.mjs";
import { field, input, make, select } from "./alarm_dom.mjs";

const MAX_TEXT = 2000;

/**
 * @param {object} malfunction as GET /alarms tells it
 * @param {{commands: import("./alarm_commands.mjs").Commands, causes: [string, string][]}} context
 */
export async function resolve(malfunction, { commands, causes }) {
  const found = select(causes, malfunction.causes[0]?.cause ?? "cannot_tell");
  const action = mustBeFilled(input({ maxLength: MAX_TEXT, placeholder: "e.g. changed the screen pack" }));
  const note = make("textarea", "alarm-input");
  Object.assign(note, { maxLength: MAX_TEXT, rows: 3 });
  const name = malfunction.extruder_name;
  const confirmed = await ask({
    title: `Resolve the malfunction of ${name}`,
    text: "What you found teaches everybody who meets it next.",
    controls: [field("Cause found", found), field("Action taken", action), field("Note", note)],
    confirm: "Resolve",
  });
  if (!confirmed) return;
  await commands.send(`Resolve the malfunction of ${name}`, {
    action: "resolve_malfunction",
    malfunction: malfunction.id,
    cause: found.value,
    action_taken: action.value.trim(),
    comment: note.value.trim(),
  });
}
