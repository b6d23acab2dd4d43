// The form that maps an address to a signal; it stays open until that is done or given up.
import { button, field, input, make, select } from "./alarm_dom.mjs";
import { formatNumber } from "./format.mjs";
import { valueText } from "./source_addresses.mjs";
import { post } from "./source_post.mjs";
import { setText } from "./text.mjs";
import { t } from "./words.mjs";

const NEW = "new";
const GROUPS = ["Melt", "Drive", "Barrel temperatures", "Die temperatures", "Other"];
/** Fields of a signal as data/ingest/mapped_extruders.py reads them: words, and how it is given. */
const TEXTS = [
  ["address", t("Address")], ["name", t("Signal")], ["label", t("Label")], ["unit", t("Unit")], ["group", t("Group")],
];
const NUMBERS = [
  ["low", t("Scale from")], ["high", t("Scale to")], ["decimals", t("Decimals")], ["gauge", t("Gauge (0: none)")],
  ["scale", t("Factor")], ["offset", t("Offset")],
];
const DEFAULTS = { low: 0, high: 100, decimals: 1, gauge: 0, scale: 1, offset: 0, group: "Other" };
const HELP = {
  name: t("Name in the store, unique within the extruder; it stays"),
  gauge: t("1 to 5: shown as a gauge, 1 is the first"),
  scale: t("Reading = value × factor + offset"),
};

/**
 * @param {string} source @param {object} row of /sources/unmapped, or with an empty address
 * @param {{id: number, name: string}[]} extruders of this source
 * @returns {Promise<{address: string, extruder: number, name: string} | null>} null: not mapped
 */
export function askToMap(source, row, extruders) {
  return new MapForm(source, row, extruders).answered;
}

class MapForm {
  constructor(source, row, extruders) {
    Object.assign(this, { _source: source, _row: row, _extruders: extruders });
    this._dialog = make("dialog", "alarm-dialog source-map");
    this._dialog.append(this._form());
    document.body.append(this._dialog);
    this._dialog.setAttribute("aria-label", this._title());
    this._changed();
    this._dialog.showModal();
    this.answered = new Promise((resolve) => {
      this._dialog.addEventListener("close", () => {
        this._dialog.remove();
        resolve(this._mapped ?? null);
      });
    });
  }

  _title() {
    const { address } = this._row;
    return address ? t("Map {address}", { address }) : t("Map an address of {source}", { source: this._source });
  }

  _form() {
    const form = make("form", "alarm-form");
    form.noValidate = true;
    this._preview = make("p", "source-map__preview");
    this._error = make("p", "alarm-error");
    this._error.setAttribute("role", "alert");
    form.append(make("h2", "", this._title()), this._where(), this._fields(), this._preview, this._error, this._buttons());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this._send();
    });
    return form;
  }

  _where() {
    const choices = this._extruders.map(({ id, name }) => [String(id), name]);
    this._extruder = select([...choices, [NEW, t("A new extruder…")]], choices[0]?.[0] ?? NEW, () => this._changed());
    this._name = input({ autocomplete: "off" });
    this._named = field(t("Name of the new extruder"), this._name);
    const row = make("div", "source-map__row");
    row.append(field(t("Extruder"), this._extruder), this._named);
    return row;
  }

  _fields() {
    const row = make("div", "source-map__row");
    const given = { ...DEFAULTS, ...this._row.suggested, address: this._row.address };
    this._inputs = {};
    for (const [key, words] of [...TEXTS, ...NUMBERS]) {
      const isNumber = NUMBERS.some(([one]) => one === key);
      const control = input({ value: given[key] ?? "", autocomplete: "off", spellcheck: false }, () => this._changed());
      if (isNumber) control.inputMode = "decimal";
      control.title = HELP[key] ?? "";
      if (key === "address" && this._row.address) control.readOnly = true;
      this._inputs[key] = control;
      row.append(field(words, control, `alarm-field source-map__${isNumber ? "number" : key}`));
    }
    row.append(this._groups());
    return row;
  }

  _groups() {
    const list = make("datalist", "");
    list.id = "source-map-groups";
    list.append(...GROUPS.map((group) => new Option(group, group)));
    this._inputs.group.setAttribute("list", list.id);
    return list;
  }

  _buttons() {
    const row = make("div", "alarm-form__buttons");
    this._submit = make("button", "button button--main", t("Map"));
    row.append(this._submit, button(t("Cancel"), () => this._dialog.close("")));
    return row;
  }

  _changed() {
    this._named.hidden = this._extruder.value !== NEW;
    setText(this._preview, this._shown());
  }

  /** What the newest reading would be. */
  _shown() {
    const { value, unit } = this._row;
    if (value === undefined) return t("The address need not have delivered anything yet.");
    if (value === null) return t("The newest value is no number.");
    const { scale, offset, decimals } = this._signal();
    const reading = value * scale + offset;
    const shown = formatNumber(reading, Number.isInteger(decimals) && decimals >= 0 && decimals <= 6 ? decimals : 1);
    return t("Newest value {value} → {reading}", {
      value: valueText(value, unit), reading: `${shown} ${this._inputs.unit.value}`.trim(),
    });
  }

  /** As typed: what is no number goes as text, and the answer names it. */
  _signal() {
    const number = (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);
    const texts = TEXTS.map(([key]) => [key, this._inputs[key].value.trim()]);
    const numbers = NUMBERS.map(([key]) => [key, number(this._inputs[key].value.replace(",", ".").replace("−", "-"))]);
    return Object.fromEntries([...texts, ...numbers]);
  }

  async _send() {
    if (this._sending) return;
    this._sending = true;
    this._submit.textContent = t("Mapping …");
    setText(this._error, "");
    const isNew = this._extruder.value === NEW;
    const where = isNew ? { extruder_name: this._name.value.trim() } : { extruder: Number(this._extruder.value) };
    const signal = this._signal();
    const name = isNew ? where.extruder_name : this._extruder.selectedOptions[0].text;
    const done = ({ extruder }) => (this._mapped = { address: signal.address, extruder, name });
    const error = await post("map", { source: this._source, ...where, signal }, done);
    this._sending = false;
    this._submit.textContent = t("Map");
    if (error) this._refused(error);
    else this._dialog.close();
  }

  /** The field that the error names gets the keyboard. */
  _refused(error) {
    const [, key = ""] = error.match(/^(\w+)=/) ?? [];
    const control = key === "extruder_name" ? this._name : this._inputs[key];
    const words = [...TEXTS, ...NUMBERS].find(([one]) => one === key)?.[1] ?? (control ? t("Name") : "");
    const why = words ? error.replace(/^\w+=/, `${words} `) : error;
    setText(this._error, t("Not mapped: {why}", { why }));
    control?.focus();
  }
}
