// The panel Store: what the guard found, what mends it, how the store grows.
import { Poll } from "./alarm_poll.mjs";
import { formatMinute, formatSpan, zoneName } from "./format.mjs";
import { part, setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

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
    setText(state, this._state(known, late, why));
  }

  _state(known, late, why) {
    const lost = why && t("The store's state cannot be had: {why}.", { why });
    if (!known) return lost;
    if (!known.checked) return t("Not checked yet: a worker does that when it starts, and once a minute.");
    const time = this._at(known.checked);
    if (why) return `${lost} ${t("Shown is what was known at {time}.", { time })}`;
    if (late) return t("No worker has checked the store since {time}: do they run?", { time });
    return this._checked(known);
  }

  _checked({ store, checked, checked_day: day }) {
    const told = { store: store || t("The store"), time: this._at(checked) };
    if (!day) return t("{store}: indexes, triggers and sessions checked at {time}.", told);
    return t(
      "{store}: indexes, triggers and sessions checked at {time}; plans, upkeep and growth at {other}.",
      { ...told, other: this._at(day) },
    );
  }

  _draw(body) {
    const { served, checked, checked_day, ...shown } = body;
    const text = JSON.stringify(shown);
    if (text === this._shown) return; // whoever marks a statement to copy it keeps it marked
    this._shown = text;
    setText(part(this._root, "headline"), body.checked ? `${t(body.headline)}.` : "");
    part(this._root, "findings").replaceChildren(...body.findings.map((one) => this._finding(one)));
    setText(part(this._root, "growth"), body.growth || t("Not known yet."));
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
    const told = { n: times, first: this._at(first), last: this._at(last), span: formatSpan(last - first), text };
    return element("li", "", times > 1
      ? t("{n} times since {first}, last at {last} (over {span}): {text}", told)
      : t("last at {last}: {text}", told));
  }

  _at(ts) {
    return `${formatMinute(ts, this._zone)} ${zoneName(ts, this._zone)}`;
  }
}

/** Marked by one click: plants have no https, and so no clipboard that a script may write to. */
function mending(sql) {
  const block = element("pre", "guard__mend", sql);
  block.tabIndex = 0;
  block.setAttribute("aria-label", t("What mends it"));
  return [element("span", "guard__how", t("What mends it (a click marks all of it):")), block];
}

function element(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
