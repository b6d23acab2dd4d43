// Dash 4.4's own controls, put right for screen readers: what axe-core calls serious in them.
// Dash renders these attributes once and does not change them, so that they stay as set here.
import { t } from "./words.mjs";

const DATE = "[id$=-wrapper].dash-datepicker-input-wrapper:not([role])";
const FOCUS = "input.dash-dropdown-focus-target[aria-hidden]";
const BOXES = ":is(.dash-radioitems, .dash-checklist)[role=listbox]";

/** The text of a control's label, or of the heading it stands beside. */
function nameOf(control, id) {
  const label = document.querySelector(`label[for="${CSS.escape(id)}"]`) ?? control.closest("label");
  const beside = label ?? control.parentElement?.querySelector(":scope > :is(h2, h3)");
  return beside?.textContent.trim() || t("Choice");
}

/** What opens a calendar is a group around its text field, not a thing with `aria-expanded`. */
function mendDate(wrapper) {
  wrapper.setAttribute("role", "group");
  for (const name of ["aria-haspopup", "aria-expanded", "aria-disabled"]) wrapper.removeAttribute(name);
}

/** The field that takes the keyboard of a list is not hidden: it has the list's name. */
function mendFocus(input) {
  const button = input.parentElement.querySelector("button[id]");
  input.removeAttribute("aria-hidden");
  input.setAttribute("aria-label", nameOf(input, button?.id ?? ""));
}

/** Buttons to choose by are a group of such, not a list with buttons in its options. */
function mendBoxes(list) {
  list.setAttribute("role", list.matches(".dash-radioitems") ? "radiogroup" : "group");
  list.setAttribute("aria-label", nameOf(list, list.id));
  for (const option of list.querySelectorAll("[role=option]")) {
    option.removeAttribute("role");
    option.removeAttribute("aria-selected");
  }
}

export function mendDashControls(root = document) {
  root.querySelectorAll(DATE).forEach(mendDate);
  root.querySelectorAll(FOCUS).forEach(mendFocus);
  root.querySelectorAll(BOXES).forEach(mendBoxes);
}

/** Now and whenever something appears; at most once a frame. */
export function keepDashControlsMended() {
  let due = 0;
  const mend = () => {
    due = 0;
    mendDashControls();
  };
  new MutationObserver(() => (due ||= requestAnimationFrame(mend))).observe(document.body, {
    childList: true,
    subtree: true,
  });
}
