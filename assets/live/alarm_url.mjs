// What the Alarms page shows, kept in its URL, so that a link shows the same to a colleague.

export const TABS = ["active", "history", "health", "limits"];
const FILTERS = ["extruder", "priority", "state", "kind", "q"];

/** Dispatches "change" with the detail "tab" or "filter". */
export class AlarmView extends EventTarget {
  constructor() {
    super();
    this.read();
  }

  read() {
    const query = new URLSearchParams(location.search);
    this.tab = TABS.includes(query.get("tab")) ? query.get("tab") : TABS[0];
    this.filters = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
    this.sort = query.get("sort") ?? "";
  }

  showTab(tab) {
    this.tab = tab;
    this._changed("tab");
  }

  filter(name, value) {
    this.filters[name] = value;
    this._changed("filter");
  }

  /** @param {string} name of an order; empty for the one by urgency */
  sortBy(name) {
    this.sort = name;
    this._changed("filter");
  }

  clear() {
    for (const name of FILTERS) this.filters[name] = "";
    this._changed("filter");
  }

  get filtered() {
    return FILTERS.some((name) => this.filters[name]);
  }

  /** This without one of its filters, for `passes`. @param {string} name */
  without(name) {
    return { filters: { ...this.filters, [name]: "" }, words: this.words };
  }

  /** Words of the text filter, all of which must be found. */
  get words() {
    return this.filters.q.toLowerCase().split(/\s+/).filter(Boolean);
  }

  _changed(what) {
    const query = new URLSearchParams();
    if (this.tab !== TABS[0]) query.set("tab", this.tab);
    for (const name of FILTERS) if (this.filters[name]) query.set(name, this.filters[name]);
    if (this.sort) query.set("sort", this.sort);
    const text = query.toString();
    history.replaceState(history.state, "", location.pathname + (text && `?${text}`));
    this.dispatchEvent(new CustomEvent("change", { detail: what }));
  }
}
