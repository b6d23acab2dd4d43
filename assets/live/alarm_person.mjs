// Who acts at this screen: asked once, kept in this browser, changeable.
import { ask, mustBeFilled } from "./alarm_dialog.mjs";
import { button, field, input } from "./alarm_dom.mjs";
import { signedIn } from "./signed_in.mjs";
import { setText } from "./text.mjs";
import { t } from "./words.mjs";

const KEY = "meltwatch-person";
const MAX_NAME = 60;
/** Dispatched on the window when the name changes. */
export const EVENT = "meltwatch-person";

export function personName() {
  return localStorage.getItem(KEY) ?? "";
}

/** The name, asked for if it is not known. @returns {Promise<string>} empty: they turned back */
export async function whoActs() {
  return signedIn()?.name || personName() || askName();
}

/** @returns {Promise<string>} the name that was given, empty if none */
async function askName() {
  const name = mustBeFilled(input({ value: personName(), maxLength: MAX_NAME, autocomplete: "name" }));
  const given = await ask({
    title: t("Who are you?"),
    text: t("Your name is written beside what you do. This browser keeps it."),
    controls: [field(t("Name"), name)],
    confirm: t("Keep name"),
  });
  if (!given) return "";
  localStorage.setItem(KEY, name.value.trim());
  dispatchEvent(new CustomEvent(EVENT));
  return name.value.trim();
}

/** A button that says who acts, and changes it. */
export function personButton() {
  const element = button("", () => askName());
  const show = () => {
    const name = signedIn()?.name || personName();
    setText(element, name ? t("Acting: {name}", { name }) : t("Acting: nobody yet"));
    element.disabled = Boolean(signedIn());
    element.title = signedIn()
      ? t("You are signed in: your name is written beside what you do")
      : t("Change the name that is written beside what you do");
  };
  addEventListener(EVENT, show);
  show();
  return element;
}
