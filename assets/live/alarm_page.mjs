// The Alarms page: four tabs over one list of alarms.
import { ActiveTab } from "./alarm_active.mjs";
import { make } from "./alarm_dom.mjs";
import { HealthTab } from "./alarm_health.mjs";
import { HistoryTab } from "./alarm_history.mjs";
import { LimitsTab } from "./alarm_limits.mjs";
import { AlarmView, TABS } from "./alarm_url.mjs";
import { t } from "./words.mjs";

/** dcc.Link writes the URL without a popstate; this is what it dispatches instead. */
const URL_EVENTS = ["popstate", "_dashprivate_pushstate"];
const WORDS = { active: t("Active"), history: t("History"), health: t("Health"), limits: t("Limits") };
const CONTROLLERS = { active: ActiveTab, history: HistoryTab, health: HealthTab, limits: LimitsTab };

export function mountAlarms(root, context) {
  return new AlarmPage(root, context);
}

class AlarmPage {
  constructor(root, context) {
    Object.assign(this, { _root: root, _context: context });
    this._extruders = JSON.parse(root.dataset.mwExtruders);
    const { mwPath } = root.dataset;
    if (location.pathname !== mwPath) history.replaceState(history.state, "", mwPath + location.search);
    context.banner.reset();
    this._view = new AlarmView();
    this._view.addEventListener("change", ({ detail }) => this._changed(detail));
    this._onUrl = () => location.pathname === mwPath && this._readUrl();
    for (const name of URL_EVENTS) addEventListener(name, this._onUrl);
    this._onRound = () => this._tellBanner();
    context.alarms.addEventListener("change", this._onRound);
    this._body = make("div", "alarms__body");
    this._tabs = this._makeTabs();
    root.append(this._tabs, this._body);
    this._show();
  }

  destroy() {
    for (const name of URL_EVENTS) removeEventListener(name, this._onUrl);
    this._context.alarms.removeEventListener("change", this._onRound);
    this._tab.destroy();
    this._tabs.remove();
    this._body.remove();
  }

  _tellBanner() {
    const { error, facts } = this._context.alarms;
    if (error) this._context.banner.failed(error);
    else this._context.banner.answered(facts);
  }

  _readUrl() {
    this._view.read();
    this._show();
  }

  _changed(what) {
    if (what === "tab") this._show();
    else this._tab.update();
  }

  _show() {
    for (const one of this._tabs.children) {
      const here = one.dataset.mwTab === this._view.tab;
      one.setAttribute("aria-selected", String(here));
      one.tabIndex = here ? 0 : -1;
    }
    this._tab?.destroy();
    this._body.replaceChildren();
    this._body.className = "alarms__body";
    this._body.setAttribute("aria-labelledby", `alarms-tab-${this._view.tab}`);
    this._tab = new CONTROLLERS[this._view.tab](this._body, this._context, this._view, this._extruders);
  }

  _makeTabs() {
    const list = make("div", "alarm-tabs");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", t("Alarms"));
    list.append(...TABS.map((tab) => this._makeTab(tab)));
    list.addEventListener("keydown", (event) => this._step(event));
    this._body.setAttribute("role", "tabpanel");
    return list;
  }

  _makeTab(tab) {
    const element = make("button", "alarm-tab", WORDS[tab]);
    Object.assign(element, { type: "button", id: `alarms-tab-${tab}` });
    element.dataset.mwTab = tab;
    element.setAttribute("role", "tab");
    element.addEventListener("click", () => this._view.showTab(tab));
    return element;
  }

  _step({ key }) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!by) return;
    const next = TABS[(TABS.indexOf(this._view.tab) + by + TABS.length) % TABS.length];
    this._view.showTab(next);
    this._tabs.querySelector(`[data-mw-tab="${next}"]`).focus();
  }
}
