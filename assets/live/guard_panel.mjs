// The panel Store: what the guard found, what mends it, how the store grows.
import { Poll } from "./alarm_poll.mjs";
import { formatMinute, formatSpan, zoneName } from "./format.mjs";
import { part, setClass, setText } from "./text.mjs";

const POLL_MS = 10_000;
/** A check comes once a minute: after this long nobody makes them. */
const LATE_MS = 180_000;

export class GuardPanel {
  constructor(root, context) {
    Object.assign(this, { _root: root, _zone: context.settings.timeZone, _body: null, _shown: "" });
    this._priorities = JSON.parse(part(root, "findings").dataset.mwPriorities);
    this._poll = new Poll("/system/guard", POLL_MS, (body, why) => this._answered(body, why));
  }

  destroy() {
    this._poll.destroy();
  }

  _answered(body, why) {
    if (body) this._body = body;
    this._tell(part(this._root, "state"), why);
    if (this._body) this._draw(this._body);
  }

  _tell(state, why) {
    const known = this._body;
    const late = known?.checked && known.served - known.checked > LATE_MS;
    setClass(state, "guard__late", Boolean(why || late));
    if (!known) setText(state, `The store's state cannot be had: ${why}.`);
    else if (!known.checked) setText(state, "Not checked yet: a worker does that when it starts, and once a minute.");
    else if (why) setText(state, `The store's state cannot be had: ${why}. Shown is what was known at ${this._at(known.checked)}.`);
    else if (late) setText(state, `No worker has checked the store since ${this._at(known.checked)}: do they run?`);
    else setText(state, this._checked(known));
  }

  _checked({ store, checked, checked_day: day }) {
    const plans = day ? `; plans, upkeep and growth at ${this._at(day)}` : "";
    return `${store || "The store"}: indexes, triggers and sessions checked at ${this._at(checked)}${plans}.`;
  }

  _draw(body) {
    const { served, checked, checked_day, ...shown } = body;
    const text = JSON.stringify(shown);
    if (text === this._shown) return; // whoever marks a statement to copy it keeps it marked
    this._shown = text;
    setText(part(this._root, "headline"), body.checked ? `${body.headline}.` : "");
    part(this._root, "findings").replaceChildren(...body.findings.map((one) => this._finding(one)));
    setText(part(this._root, "growth"), body.growth || "Not known yet.");
    part(this._root, "notes").replaceChildren(...body.notes.map((note) => element("li", "", note)));
    part(this._root, "cancelled").hidden = !body.stopped.length;
    part(this._root, "stopped").replaceChildren(...body.stopped.map((one) => this._stopped(one)));
  }

  _finding({ priority, text, mend }) {
    const [sign, word] = this._priorities[priority];
    const item = element("li", `guard__finding priority-${priority}`);
    const mark = element("span", "alarm-sign", sign);
    mark.setAttribute("aria-hidden", "true");
    item.append(mark, element("b", "guard__word", word), element("span", "guard__text", text));
    if (mend) item.append(...mending(mend));
    return item;
  }

  _stopped({ text, first, last, times }) {
    const since = times > 1 ? `${times} times since ${this._at(first)}, ` : "";
    const span = times > 1 ? ` (over ${formatSpan(last - first)})` : "";
    return element("li", "", `${since}last at ${this._at(last)}${span}: ${text}`);
  }

  _at(ts) {
    return `${formatMinute(ts, this._zone)} ${zoneName(ts, this._zone)}`;
  }
}

/** Marked by one click: plants have no https, and so no clipboard that a script may write to. */
function mending(sql) {
  const block = element("pre", "guard__mend", sql);
  block.tabIndex = 0;
  block.setAttribute("aria-label", "What mends it");
  return [element("span", "guard__how", "What mends it (a click marks all of it):"), block];
}

function element(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
