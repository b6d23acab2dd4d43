// The form that adds a note to a malfunction, with a text file if there is one.
import { field, input, make } from "./alarm_dom.mjs";
import { personButton } from "./alarm_person.mjs";
import { setText } from "./text.mjs";
import { grouped, t } from "./words.mjs";

/** As data/commands.py allows. */
const MAX_TEXT = 2000;
const MAX_ATTACHMENT = 32 * 1024;
const MAX_NAME = 120;

export class NoteForm {
  /** @param {(fields: object) => Promise<boolean>} onSend true once it is recorded */
  constructor(onSend) {
    this._onSend = onSend;
    this._text = Object.assign(make("textarea", "alarm-input"), { maxLength: MAX_TEXT, rows: 3 });
    this._file = input({ type: "file", accept: "text/*,.txt,.csv,.log,.md,.json,.xml,.ini" });
    this._add = make("button", "button button--main", t("Add note"));
    this._problem = make("p", "dossier-problem");
    this._problem.setAttribute("role", "alert");
    this.element = make("form", "dossier-note-form");
    const row = make("div", "dossier-note-form__row");
    row.append(field(t("Text file, up to 32 KiB (optional)"), this._file), this._add, personButton());
    this.element.append(field(t("Note"), this._text), row, this._problem);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this._submit();
    });
    this._file.addEventListener("change", () => this._check());
  }

  /** @param {boolean} on whether something about this malfunction is on its way */
  saving(on) {
    this._add.disabled = on;
  }

  async _check() {
    const { problem } = await this._attachment();
    setText(this._problem, problem ?? "");
  }

  async _submit() {
    const comment = this._text.value.trim();
    const { problem, ...attachment } = await this._attachment();
    if (problem) return this._complain(problem, this._file);
    if (!comment && !attachment.attachment) return this._complain(t("Write a note, or choose a text file."), this._text);
    setText(this._problem, "");
    if (await this._onSend({ comment, ...attachment })) this.element.reset();
    return undefined;
  }

  _complain(problem, element) {
    setText(this._problem, problem);
    element.focus();
  }

  /** @returns {Promise<{problem?: string, attachment_name?: string, attachment?: string}>} */
  async _attachment() {
    const [file] = this._file.files;
    if (!file) return {};
    if (file.size > MAX_ATTACHMENT) return { problem: tooLarge(file) };
    if (!file.size) return { problem: t("{file} is empty.", { file: file.name }) };
    const text = textOf(await file.arrayBuffer());
    if (text === null) {
      return { problem: t("{file} is not a text: only texts (UTF-8) can be attached.", { file: file.name }) };
    }
    return { attachment_name: file.name.slice(-MAX_NAME), attachment: text };
  }
}

function tooLarge({ name, size }) {
  const kib = grouped(Math.ceil(size / 1024));
  return t("{file} is too large: {kib} KiB, at most 32 KiB can be attached.", { file: name, kib });
}

/** The bytes as text; null if they are none. @param {ArrayBuffer} bytes */
function textOf(bytes) {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // eslint-disable-next-line no-control-regex
    return /[\x00-\x08\x0e-\x1f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}
