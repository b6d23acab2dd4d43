// Addresses of a source, mapped or not: found by words, a page at a time, and what is done to them.
import { Poll } from "./alarm_poll.mjs";
import { button, fold, input, link, make, table } from "./alarm_dom.mjs";
import { formatAge, formatTime } from "./format.mjs";
import { mayWork } from "./source_post.mjs";
import { setText } from "./text.mjs";
import { grouped, locale, t } from "./words.mjs";

const POLL_MS = 3000;
const TYPED_MS = 250;
/** A second click within this time releases an address. */
const ARMED_MS = 4000;
const KINDS = {
  unmapped: {
    title: t("Addresses that are not mapped"),
    heads: [t("Address"), t("Newest"), t("Label"), t("Count"), ""],
    none: t("Every address that delivers is mapped."),
    find: (source) => t("Find among addresses that are not mapped of {source}", { source }),
    table: (source) => t("Addresses that are not mapped of {source}", { source }),
  },
  mapped: {
    title: t("Addresses that are mapped"),
    heads: [t("Address"), t("Extruder"), t("Signal"), ""],
    none: t("No address is mapped."),
    find: (source) => t("Find among addresses that are mapped of {source}", { source }),
    table: (source) => t("Addresses that are mapped of {source}", { source }),
  },
};

export class AddressList {
  constructor(source, kind, zone, actions) {
    Object.assign(this, { _source: source, _kind: kind, _zone: zone, _actions: actions, _first: 0, _rows: new Map() });
    this._words = KINDS[kind];
    const { element, head, body } = fold(this._words.title, "alarm-fold source__fold");
    Object.assign(this, { element, _head: head, _count: -1 });
    this._search = input({ type: "search", placeholder: t("Find"), spellcheck: false }, () => this._typed());
    this._search.setAttribute("aria-label", this._words.find(source));
    this._say = make("p", "alarm-empty");
    this._say.setAttribute("role", "status");
    this._table = table(this._words.heads, this._words.table(source));
    this._table.frame.tabIndex = 0;
    if (kind === "unmapped") this._table.head.rows[0].cells[3].className = "alarm-number";
    body.append(this._tools(), this._say, this._table.frame, this._paging());
    element.addEventListener("toggle", () => this._listen());
  }

  destroy() {
    this._poll?.destroy();
    clearTimeout(this._timer);
  }

  /** @param {number} count of all @param {boolean} shown whether this source has addresses at all */
  update(count, shown) {
    this.element.hidden = !shown;
    if (this._other) this._other.hidden = !mayWork();
    setText(this._head, `${this._words.title}: ${grouped(count)}`);
    if (this._count >= 0 && count !== this._count) this.reload();
    // Open by itself once, where there is something to do.
    if (this._count < 0 && count && this._kind === "unmapped") this.element.open = true;
    this._count = count;
  }

  reload() {
    if (this.element.open) this._listen();
  }

  _tools() {
    const tools = make("div", "source__tools");
    tools.append(this._search);
    if (this._kind === "unmapped") {
      this._other = button(t("Map an address that is not listed…"), () => this._actions.map({ address: "" }));
      tools.append(this._other);
    }
    return tools;
  }

  _paging() {
    this._newer = button(t("Previous"), () => this._turn(-1));
    this._older = button(t("Next"), () => this._turn(1));
    this._pages = make("span", "");
    this._paged = make("div", "failures__pages");
    this._paged.hidden = true;
    this._paged.append(this._newer, this._pages, this._older);
    return this._paged;
  }

  _typed() {
    clearTimeout(this._timer);
    this._timer = setTimeout(() => {
      this._first = 0;
      this._listen();
    }, TYPED_MS);
  }

  _turn(by) {
    this._first = Math.max(0, this._first + by * this._body.page);
    this._listen();
  }

  /** Asks at once and then now and then, while it is open. */
  _listen() {
    this._poll?.destroy();
    if (!this.element.open) return;
    const asked = new URLSearchParams({ source: this._source, find: this._search.value, first: this._first });
    this._poll = new Poll(`/sources/${this._kind}?${asked}`, POLL_MS, (body, why) => this._answered(body, why));
  }

  _answered(body, why) {
    if (body) this._draw(body);
    const found = this._search.value.trim();
    const none = found ? t("No address has “{text}”.", { text: found }) : this._words.none;
    const text = body?.total === 0 ? none : "";
    setText(this._say, why ? t("Addresses cannot be had: {why}.", { why }) : text);
  }

  _draw(body) {
    this._body = body;
    this._first = body.first;
    const rows = body.rows.map((row) => this._row(row));
    const { body: place } = this._table;
    const elements = rows.map(({ element }) => element);
    if (elements.length !== place.children.length || elements.some((one, at) => place.children[at] !== one)) {
      place.replaceChildren(...elements);
    }
    this._rows = new Map(rows.map((row) => [row.key, row]));
    this._table.frame.hidden = !body.total;
    this._paged.hidden = body.total <= body.page;
    setText(this._pages, t("{first} to {last} of {all}", {
      first: body.first + 1, last: body.first + rows.length, all: body.total,
    }));
    this._newer.disabled = !body.first;
    this._older.disabled = body.first + body.page >= body.total;
  }

  _row(told) {
    const key = `${told.address}|${told.extruder ?? ""}|${told.signal ?? ""}`;
    const row = this._rows.get(key) ?? this._newRow(key, told);
    row.told = told;
    row.act.hidden = !mayWork() || (this._kind === "mapped" && !told.by_hand);
    if (this._kind === "unmapped") this._fill(row, told);
    return row;
  }

  _fill({ cells }, { value, unit, ts, label, count }) {
    const age = formatAge(this._body.served - ts);
    setText(cells[0], value === null ? t("no number") : valueText(value, unit));
    setText(cells[1], t("{time}, {age} ago", { time: formatTime(ts, this._zone), age }));
    setText(cells[2], label || "—");
    setText(cells[3], grouped(count));
  }

  _newRow(key, told) {
    const element = make("tr", "");
    const head = make("th", "source__address", told.address);
    head.scope = "row";
    const row = { key, element, told, cells: [] };
    row.act = this._kind === "unmapped" ? this._mapButton(row) : this._unmapButton(row);
    element.append(head, ...(this._kind === "unmapped" ? this._values(row) : this._target(told)));
    const last = make("td", "source__act");
    last.append(row.act);
    element.append(last);
    return row;
  }

  _values(row) {
    const newest = make("td", "");
    row.cells = [make("span", "source__value"), make("span", "source__age"), make("td", ""), make("td", "alarm-number")];
    row.cells[3].dataset.mwNarrow = t("readings");
    newest.append(row.cells[0], row.cells[1]);
    return [newest, row.cells[2], row.cells[3]];
  }

  _target({ extruder, extruder_name: name, label, signal, by_hand: byHand }) {
    const where = make("td", "");
    where.append(link(name, `/extruder/${extruder}`));
    const what = make("td", "");
    const how = byHand ? t("{signal}, mapped by hand", { signal }) : signal;
    what.append(make("span", "", t(label)), make("span", "source__age", how));
    return [where, what];
  }

  _mapButton(row) {
    const act = button(t("Map…"), () => this._actions.map(row.told));
    act.setAttribute("aria-label", t("Map {address}", { address: row.told.address }));
    return act;
  }

  _unmapButton(row) {
    const act = button(t("Unmap"), () => this._release(act, row));
    act.setAttribute("aria-label", t("Unmap {address}", { address: row.told.address }));
    act.title = t("The address is released; what was stored of the signal stays");
    return act;
  }

  async _release(act, row) {
    if (act.dataset.armed) {
      disarm(act);
      const error = await this._actions.unmap(row.told);
      if (error) setText(this._say, t("Not unmapped: {why}", { why: error }));
      return;
    }
    act.dataset.armed = "yes";
    act.textContent = t("Click again to unmap");
    setTimeout(() => disarm(act), ARMED_MS);
  }
}

const delivered = new Intl.NumberFormat(locale, { maximumSignificantDigits: 7, useGrouping: false });

/** A value as a source delivers it, with its unit if that is known. */
export function valueText(value, unit) {
  return `${delivered.format(value)} ${t(unit)}`.trim();
}

function disarm(act) {
  delete act.dataset.armed;
  act.textContent = t("Unmap");
}
