// Sends what people do, and says honestly whether it is recorded.
import { button, make } from "./alarm_dom.mjs";
import { whoActs } from "./alarm_person.mjs";
import { postJson } from "./posting.mjs";
import { t } from "./words.mjs";

const TIMEOUT_MS = 8000;
const DONE_MS = 6000;

/** Dispatches "change" when what is on its way changes. */
export class Commands extends EventTarget {
  constructor() {
    super();
    /** Ids of alarms and malfunctions whose command is not answered yet. */
    this.saving = new Set();
    this._list = make("div", "alarm-receipts");
    this._list.setAttribute("aria-live", "polite");
    document.body.append(this._list);
  }

  /**
   * @param {string} what in words, e.g. "Acknowledge 3 alarms"
   * @param {object} fields of data/commands.py without id, who and ts
   * @returns {Promise<boolean>} true once it is recorded, false if they turned back
   */
  async send(what, fields) {
    const who = await whoActs();
    if (!who) return false;
    const command = { id: newId(), who, ...fields };
    const receipt = new Receipt(what);
    this._list.append(receipt.element);
    return new Promise((resolve) => this._try(receipt, command, resolve));
  }

  /** Repeats carry the same id, so that it is recorded once. */
  async _try(receipt, command, resolve) {
    receipt.saving();
    this._mark(command, true);
    const error = await post(command);
    this._mark(command, false);
    if (error) {
      receipt.failed(error, () => this._try(receipt, command, resolve), () => resolve(false));
    } else {
      receipt.recorded();
      resolve(true);
    }
  }

  _mark({ alarms = [], malfunction }, on) {
    for (const id of [...alarms, malfunction].filter(Boolean)) {
      if (on) this.saving.add(id);
      else this.saving.delete(id);
    }
    this.dispatchEvent(new Event("change"));
  }
}

/** randomUUID is there on https and localhost only, and plants use neither. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One line about one command, from "saving…" on. */
class Receipt {
  constructor(what) {
    this._what = what;
    this.element = make("div", "alarm-receipt");
  }

  saving() {
    this._show("saving", t("{what}: saving…", { what: this._what }));
  }

  recorded() {
    this._show("recorded", t("{what}: recorded", { what: this._what }));
    setTimeout(() => this.element.remove(), DONE_MS);
  }

  failed(error, onRetry, onDrop) {
    const drop = () => {
      this.element.remove();
      onDrop();
    };
    const why = error.replace(/^not recorded: /, "");
    const text = t("{what}: not recorded: {why}", { what: this._what, why });
    this._show("failed", text, [button(t("Try again"), onRetry), button(t("Drop it"), drop)]);
  }

  _show(state, text, buttons = []) {
    this.element.dataset.state = state;
    this.element.replaceChildren(make("span", "alarm-receipt__text", text), ...buttons);
  }
}

/** @returns {Promise<string>} empty once recorded, else what went wrong in the server's words */
async function post(command) {
  try {
    const answer = await postJson("/commands", command, AbortSignal.timeout(TIMEOUT_MS));
    const body = await answer.json().catch(() => ({}));
    if (answer.ok && body.recorded) return "";
    return body.error ?? t("The server answered {status}.", { status: answer.status });
  } catch {
    return t("The server did not answer.");
  }
}
