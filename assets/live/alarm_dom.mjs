// Small parts that the alarm screens are made of; texts only, never HTML.
import { priorityOf } from "./alarm_words.mjs";
import { make } from "./trend_legend.mjs";

export { make };

/** @param {string} text @param {() => void} onClick */
export function button(text, onClick, className = "button") {
  const element = make("button", className, text);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
}

/** A link that Dash follows without loading the page again, as dcc.Link does. */
export function link(text, href, className = "") {
  const element = make("a", className, text);
  element.href = href;
  element.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    history.pushState({}, "", element.href);
    dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    scrollTo(0, 0);
  });
  return element;
}

/** Sign and word of a priority in its colour. */
export function priorityMark(priority) {
  const { sign, word } = priorityOf(priority);
  const mark = make("span", `alarm-mark priority-${priority}`);
  const shape = make("span", "alarm-sign", sign);
  shape.setAttribute("aria-hidden", "true");
  mark.append(shape, make("span", "alarm-mark__word", word));
  return mark;
}

/** @param {string} name shown before the control @param {HTMLElement} control */
export function field(name, control, className = "alarm-field") {
  const label = make("label", className);
  label.append(make("span", "alarm-field__name", name), control);
  return label;
}

/** @param {[string, string][]} choices value and text @param {string} chosen */
export function select(choices, chosen = "", onChange = () => {}) {
  const element = make("select", "alarm-input");
  for (const [value, text] of choices) element.append(new Option(text, value));
  element.value = chosen;
  if (element.selectedIndex < 0) element.selectedIndex = 0;
  element.addEventListener("change", () => onChange(element.value));
  return element;
}

/** @param {object} properties of the input */
export function input(properties, onInput = () => {}) {
  const element = make("input", "alarm-input");
  Object.assign(element, properties);
  element.addEventListener("input", () => onInput(element.value));
  return element;
}

/** A part that opens and closes under its title. */
export function fold(title, className = "alarm-fold") {
  const element = make("details", className);
  const head = make("summary", "", title);
  const body = make("div", "alarm-fold__body");
  element.append(head, body);
  return { element, head, body };
}

/** A table with its head row in a frame that scrolls. @param {string[]} names of the columns */
export function table(names, label) {
  const frame = make("div", "alarm-frame");
  const element = make("table", "alarm-table");
  element.setAttribute("aria-label", label);
  const head = make("thead", "");
  const row = make("tr", "");
  for (const name of names) {
    const cell = make("th", "", name);
    cell.scope = "col";
    row.append(cell);
  }
  head.append(row);
  const body = make("tbody", "");
  element.append(head, body);
  frame.append(element);
  return { frame, element, head, body };
}
