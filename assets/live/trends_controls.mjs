// The controls of the Trends page: span, steps, what is laid over, limits, notes, CSV.
import { button, field, input, select } from "./alarm_dom.mjs";
import { formatSpan, zoneName } from "./format.mjs";
import { setText } from "./text.mjs";
import { make } from "./trend_legend.mjs";
import { fromLocal, PRESETS, toField, WEEK } from "./trends_time.mjs";
import { t } from "./words.mjs";

const CHOICES = [
  ["none", t("Nothing")], ["previous", t("The time before")], ["week", t("A week earlier")],
  ["chosen", t("A chosen start")],
];

export class TrendsControls {
  /**
   * @param {HTMLElement} host
   * @param {string} timeZone of the plant
   * @param {object} on what happens: preset(key), span(start, end), step(direction), zoomOut(),
   *   shift(ms), limits(bool), mark(), csv(), again()
   */
  constructor(host, timeZone, on) {
    Object.assign(this, { _zone: timeZone, _on: on, _selection: null });
    this.first = row(t("Time"));
    this._presets = PRESETS.map(([key, text]) => this._preset(key, text));
    this._makeSteps();
    this._makeFields();
    this._makeCompare();
    this._makeRest();
    const choice = make("div", "trends-presets");
    choice.setAttribute("role", "group");
    choice.setAttribute("aria-label", t("Time until now"));
    choice.append(...this._presets);
    this.first.append(choice, this._steps, this._rest);
    const second = row(t("Details"));
    second.append(this._fields, this._compare);
    host.replaceChildren(this.first, second);
  }

  /** Show what a selection says. */
  update(selection) {
    this._selection = selection;
    const { preset, start, end, shift, limits } = selection;
    for (const one of this._presets) one.setAttribute("aria-pressed", String(one.value === preset));
    this._from.value = toField(start, this._zone);
    this._to.value = toField(end, this._zone);
    this._compareWith.value = kindOf(shift, end - start, this._choosing);
    this._startField.hidden = this._compareWith.value !== "chosen";
    this._start.value = toField(start - shift, this._zone);
    this._limits.checked = limits;
    setText(this._zoneText, zoneName(end, this._zone));
    const span = formatSpan(end - start);
    this._back.title = t("{span} earlier", { span });
    this._forth.title = t("{span} later", { span });
    for (const one of [this._mark, this._csv]) one.disabled = !selection.signals.length;
  }

  /** @param {"shown" | "asking" | "slow" | "lost"} state of the picture */
  state(state) {
    const texts = { shown: "", asking: "", slow: t("Reading …"), lost: t("The server does not answer.") };
    setText(this._stateText, texts[state]);
    this._again.hidden = state !== "lost";
  }

  marking(on) {
    this._mark.setAttribute("aria-pressed", String(on));
  }

  _preset(key, text) {
    const element = trendButton(text, () => this._on.preset(key));
    element.value = key;
    element.title = t("The last {span}, until now", { span: text });
    return element;
  }

  _makeSteps() {
    this._steps = make("div", "trends-steps");
    this._back = trendButton("‹", () => this._on.step(-1));
    this._back.setAttribute("aria-label", t("Earlier by one span"));
    this._forth = trendButton("›", () => this._on.step(1));
    this._forth.setAttribute("aria-label", t("Later by one span"));
    const out = trendButton(t("Zoom out"), () => this._on.zoomOut());
    out.title = t("Twice the span, same middle. The browser's Back leads to the span before.");
    this._steps.append(this._back, this._forth, out);
  }

  _makeFields() {
    this._fields = make("form", "trends-fields");
    this._from = time(t("From"));
    this._to = time(t("To"));
    this._zoneText = make("span", "trends-zone");
    const show = make("button", "button trend-button", t("Show"));
    this._fields.append(field(t("From"), this._from), field(t("To"), this._to), this._zoneText, show);
    this._fields.addEventListener("submit", (event) => {
      event.preventDefault();
      const [start, end] = [this._from, this._to].map(({ value }) => fromLocal(value, this._zone));
      this._to.setCustomValidity(end > start ? "" : t("The end must be after the start."));
      if (this._fields.reportValidity()) this._on.span(start, end);
    });
    this._to.addEventListener("input", () => this._to.setCustomValidity(""));
  }

  _makeCompare() {
    this._choosing = false;
    this._compare = make("div", "trends-compare");
    this._compareWith = select(CHOICES, "none", (kind) => this._compared(kind));
    this._start = time(t("Start of the period laid over"));
    this._startField = field(t("from"), this._start);
    this._start.addEventListener("change", () => {
      const start = fromLocal(this._start.value, this._zone);
      if (Number.isFinite(start)) this._on.shift(this._selection.start - start);
    });
    this._compare.append(field(t("Lay over"), this._compareWith), this._startField);
  }

  _compared(kind) {
    const { start, end, shift } = this._selection;
    this._choosing = kind === "chosen";
    const shifts = { none: 0, previous: end - start, week: WEEK, chosen: shift || end - start };
    this._on.shift(shifts[kind]);
  }

  _makeRest() {
    this._rest = make("div", "trends-rest");
    this._limits = make("input", "");
    this._limits.type = "checkbox";
    this._limits.addEventListener("change", () => this._on.limits(this._limits.checked));
    const limits = make("label", "trends-check");
    limits.append(this._limits, make("span", "", t("Limits of today")));
    this._mark = trendButton(t("Mark a time"), () => this._on.mark());
    this._mark.setAttribute("aria-pressed", "false");
    this._mark.title = t("Write a note on a time, or keep it as a golden run");
    this._csv = trendButton("CSV", () => this._on.csv());
    this._csv.title = t("What is shown, as a file");
    this._stateText = make("span", "trends-state");
    this._stateText.setAttribute("role", "status");
    this._again = trendButton(t("Try again"), () => this._on.again());
    this._again.hidden = true;
    this._rest.append(limits, this._mark, this._csv, this._stateText, this._again);
  }
}

function kindOf(shift, span, choosing) {
  if (!shift) return "none";
  if (choosing) return "chosen";
  if (shift === span) return "previous";
  return shift === WEEK ? "week" : "chosen";
}

function row(label) {
  const element = make("div", "trends-row");
  element.setAttribute("role", "group");
  element.setAttribute("aria-label", label);
  return element;
}

function time(label) {
  const element = input({ type: "datetime-local", step: 1, required: true });
  element.setAttribute("aria-label", label);
  return element;
}

function trendButton(text, onClick) {
  return button(text, onClick, "button trend-button");
}
