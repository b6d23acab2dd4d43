// Writing on a time: marked with the pointer over the chart, told in a form, kept in the journal.
import { ask } from "./alarm_dialog.mjs";
import { field, input, select } from "./alarm_dom.mjs";
import { make } from "./trend_legend.mjs";
import { fromLocal, toField } from "./trends_time.mjs";
import { t } from "./words.mjs";

const MAX_TEXT = 2000;
/** A tick obeys a command within two seconds; asked for again until then (ms). */
const LOOK_AGAIN = [400, 1500, 3000, 6000];
/** Less than this many pixels is a click: a moment, not a time. */
const A_CLICK = 4;

/**
 * A layer over the chart on which one time is marked.
 * @param {HTMLElement} box that holds the chart
 * @param {{left: number, width: number}} plot its plot in the box, px
 * @param {(from: number, to: number) => void} onMarked shares of the plot's width, 0…1
 * @param {() => void} onLeft nothing was marked
 */
export function markTime(box, plot, onMarked, onLeft) {
  const layer = make("div", "trends-layer");
  layer.tabIndex = 0;
  layer.setAttribute("aria-label", t("Drag over the time to write on. Enter takes the whole span, Escape leaves."));
  const hint = make("p", "trends-layer__hint", t("Drag over the time to write on. Enter: the whole span. Escape: leave."));
  const mark = make("div", "trends-layer__mark");
  layer.append(hint, mark);
  box.append(layer);
  layer.focus({ preventScroll: true });
  const share = (event) => {
    const x = event.clientX - layer.getBoundingClientRect().left - plot.left;
    return Math.min(1, Math.max(0, x / plot.width));
  };
  let from = null;
  const lay = (a, b) => {
    mark.style.left = `${plot.left + Math.min(a, b) * plot.width}px`;
    mark.style.width = `${Math.abs(b - a) * plot.width}px`;
  };
  layer.addEventListener("pointerdown", (event) => {
    from = share(event);
    layer.setPointerCapture(event.pointerId);
    lay(from, from);
  });
  layer.addEventListener("pointermove", (event) => from !== null && lay(from, share(event)));
  layer.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const to = share(event);
    const moment = Math.abs(to - from) * plot.width < A_CLICK;
    onMarked(Math.min(from, to), moment ? Math.min(from, to) : Math.max(from, to));
  });
  layer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") onLeft();
    if (event.key === "Enter") onMarked(0, 1);
  });
  return { destroy: () => layer.remove() };
}

export class TrendsNotes {
  /**
   * @param {{commands: object, zone: string, products: [number, string][],
   *   onWritten: () => void}} options
   */
  constructor(options) {
    Object.assign(this, options);
    this._timers = [];
  }

  destroy() {
    this._timers.forEach(clearTimeout);
  }

  /**
   * @param {number} start ms @param {number} end ms
   * @param {{extruder: number, extruderName: string, key: string, label: string}[]} shown signals
   */
  async write(start, end, shown) {
    const form = new NoteForm(start, end, shown, this.products, this.zone);
    if (!(await ask({ title: t("Write on a time"), controls: form.controls, confirm: t("Keep") }))) return;
    const fields = form.fields();
    const what = fields.kind === "golden" ? t("Golden run") : t("Note");
    if (await this.commands.send(what, fields)) this._look();
  }

  async remove(id) {
    const text = t("It is no longer shown. The journal keeps it, with your name.");
    if (!(await ask({ title: t("Remove this note?"), text, confirm: t("Remove") }))) return;
    const fields = { action: "remove_annotation", annotation: id };
    if (await this.commands.send(t("Remove a note"), fields)) this._look();
  }

  _look() {
    this._timers.push(...LOOK_AGAIN.map((ms) => setTimeout(this.onWritten, ms)));
  }
}

class NoteForm {
  constructor(start, end, shown, products, zone) {
    this._zone = zone;
    const extruders = new Map(shown.map((one) => [String(one.extruder), one.extruderName]));
    this._kind = select([["note", t("Note")], ["golden", t("Golden run")]], "note", () => this._check());
    this._where = select([...extruders, ["0", t("The whole plant")]], "", () => this._check());
    this._signals = shown;
    this._signal = select([["", t("All signals")]]);
    this._product = select([["0", t("None")], ...products.map(([code, name]) => [String(code), name])]);
    this._from = input({ type: "datetime-local", step: 1, required: true, value: toField(start, zone) });
    this._to = input({ type: "datetime-local", step: 1, required: true, value: toField(end, zone) });
    for (const one of [this._from, this._to]) one.addEventListener("input", () => this._check());
    this._text = make("textarea", "alarm-input");
    Object.assign(this._text, { maxLength: MAX_TEXT, rows: 3 });
    this._text.addEventListener("input", () => this._check());
    this.controls = [
      field(t("Kind"), this._kind), field(t("Text"), this._text), field(t("Extruder"), this._where),
      field(t("Signal"), this._signal), field(t("Product"), this._product),
      field(t("From"), this._from), field(t("To"), this._to),
    ];
    this._check();
  }

  fields() {
    const golden = this._kind.value === "golden";
    return {
      action: "annotate", kind: this._kind.value, comment: this._text.value.trim(),
      extruder: Number(this._where.value), signal: this._signal.value,
      product: golden ? Number(this._product.value) : 0,
      start: fromLocal(this._from.value, this._zone), end: fromLocal(this._to.value, this._zone),
    };
  }

  /** What the journal would refuse is said before it is sent. */
  _check() {
    const golden = this._kind.value === "golden";
    const [start, end] = [this._from, this._to].map(({ value }) => fromLocal(value, this._zone));
    this._text.setCustomValidity(golden || this._text.value.trim() ? "" : t("Some words are needed here."));
    this._where.setCustomValidity(golden && this._where.value === "0" ? t("A golden run is of one extruder.") : "");
    const late = golden ? end > start : end >= start;
    this._to.setCustomValidity(late ? "" : t("The end must be after the start."));
    this._product.closest("label").hidden = !golden;
    this._fillSignals();
  }

  _fillSignals() {
    const names = this._signals.filter(({ extruder }) => String(extruder) === this._where.value);
    const options = [["", t("All signals")], ...names.map(({ key, label }) => [key.slice(key.indexOf(":") + 1), label])];
    if (options.map(([value]) => value).join() === [...this._signal.options].map(({ value }) => value).join()) return;
    this._signal.replaceChildren(...options.map(([value, text]) => new Option(text, value)));
  }
}
