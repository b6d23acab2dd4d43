// Which alarms are chosen to act on: one, many, or a range from the last one.

/** Dispatches "change". */
export class AlarmSelection extends EventTarget {
  constructor() {
    super();
    this.ids = new Set();
    this._anchor = null;
  }

  get size() {
    return this.ids.size;
  }

  has(id) {
    return this.ids.has(id);
  }

  /** @param {string} id @param {boolean} range from the last chosen one @param {string[]} order */
  toggle(id, range, order) {
    const on = !this.ids.has(id);
    const from = order.indexOf(this._anchor);
    const at = order.indexOf(id);
    const span = range && from >= 0 ? order.slice(Math.min(from, at), Math.max(from, at) + 1) : [id];
    for (const one of span) this._put(one, span.length > 1 || on);
    this._anchor = id;
    this._changed();
  }

  /** @param {string[]} ids @param {boolean} on */
  putAll(ids, on) {
    for (const id of ids) this._put(id, on);
    this._changed();
  }

  clear() {
    this.ids.clear();
    this._changed();
  }

  /** Forget those that are no longer there. @param {Set<string>} there */
  keep(there) {
    const gone = [...this.ids].filter((id) => !there.has(id));
    for (const id of gone) this.ids.delete(id);
    if (gone.length) this._changed();
  }

  _put(id, on) {
    if (on) this.ids.add(id);
    else this.ids.delete(id);
  }

  _changed() {
    this.dispatchEvent(new Event("change"));
  }
}
