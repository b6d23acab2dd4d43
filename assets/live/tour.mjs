// A few steps for who comes for the first time, in a corner, which can be skipped for good.
import { button, make } from "./alarm_dom.mjs";
import { DEMO, FIRST } from "./tour_steps.mjs";
import { setText } from "./text.mjs";
import { wallSeconds } from "./wall.mjs";
import { t } from "./words.mjs";

const KEY = "meltwatch-tour";
const CHECK_MS = 1000;

export class Tour {
  /**
   * @param {object[]} steps see tour_steps.mjs
   * @param {string} name is remembered when the tour is over
   * @param {import("./alarm_feed.mjs").AlarmFeed} alarms
   */
  constructor(steps, name, alarms) {
    Object.assign(this, { _steps: steps, _name: name, _alarms: alarms, _place: `${KEY}-${name}` });
    this._parts = { title: make("h2", "tour__title"), text: make("p", "tour__text"), count: make("span", "tour__count") };
    this._next = button(t("Next"), () => this._show(this._at + 1), "button button--main");
    this._skip = button(t("Skip"), () => this.end());
    const tools = make("div", "tour__tools");
    tools.append(this._parts.count, this._skip, this._next);
    this.element = make("aside", "tour");
    this.element.setAttribute("aria-label", t("Tour"));
    this.element.append(this._parts.title, this._parts.text, tools);
    this._timer = setInterval(() => this._check(), CHECK_MS);
    // Where it was in this tab: a page that is loaded anew does not begin the tour anew.
    this._show(Number(sessionStorage.getItem(this._place)) || 0);
  }

  end() {
    clearInterval(this._timer);
    this._mark("");
    this.element.remove();
    localStorage.setItem(KEY, this._name);
    sessionStorage.removeItem(this._place);
  }

  _check() {
    const { done, marks } = this._steps[this._at];
    if (done?.(this._alarms)) this._show(this._at + 1);
    else this._mark(marks ?? "");
  }

  _show(at) {
    const step = this._steps[at];
    if (!step) return this.end();
    const last = at === this._steps.length - 1;
    this._at = at;
    sessionStorage.setItem(this._place, at);
    setText(this._parts.title, step.title);
    setText(this._parts.text, step.text);
    setText(this._parts.count, t("{n} of {all}", { n: at + 1, all: this._steps.length }));
    setText(this._next, last ? t("Close") : t("Next"));
    this._skip.hidden = last;
    this._mark(step.marks ?? "");
  }

  /** What a step is about has a frame; pages come and go, so it is looked for again. */
  _mark(selector) {
    const now = selector && document.querySelector(selector);
    if (this._marked && this._marked !== now) this._marked.classList.remove("tour-mark");
    if (now) now.classList.add("tour-mark");
    this._marked = now;
  }
}

/** Show the tour that has not been seen; a wall display has nobody to see it. */
export function startTour(shell, { demo }, alarms) {
  const name = demo ? "demo" : "first";
  const seen = localStorage.getItem(KEY);
  if (wallSeconds() || seen === name || (seen && !demo)) return;
  shell.append(new Tour(demo ? DEMO : FIRST, name, alarms).element);
}
