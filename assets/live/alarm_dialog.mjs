// A question over the page: a form that is answered or closed again.
import { button, make } from "./alarm_dom.mjs";
import { t } from "./words.mjs";

/**
 * @param {{title: string, text?: string, controls?: HTMLElement[], confirm?: string}} question
 *   without `confirm` it only tells something
 * @returns {Promise<boolean>} true if confirmed; required inputs are filled then
 */
export function ask({ title, text = "", controls = [], confirm = "" }) {
  const dialog = make("dialog", "alarm-dialog");
  const form = make("form", "alarm-form");
  form.append(make("h2", "", title), make("p", "", text), ...controls, buttons(dialog, confirm));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close("confirmed");
  });
  dialog.append(form);
  document.body.append(dialog);
  dialog.setAttribute("aria-label", title);
  dialog.showModal();
  form.querySelector("input, textarea, select")?.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "confirmed");
    });
  });
}

function buttons(dialog, confirm) {
  const row = make("div", "alarm-form__buttons");
  if (confirm) row.append(make("button", "button button--main", confirm));
  row.append(button(confirm ? t("Cancel") : t("Close"), () => dialog.close("")));
  return row;
}

/** A text that must not be empty, not even of spaces. @param {HTMLInputElement} element */
export function mustBeFilled(element) {
  element.required = true;
  element.pattern = ".*\\S.*";
  element.title = t("Some words are needed here");
  return element;
}
