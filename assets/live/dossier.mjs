// The dossier of one malfunction: what its buttons do. Figures and texts come from the server.
import { ask } from "./alarm_dialog.mjs";
import { input } from "./alarm_dom.mjs";
import { backLink } from "./dossier_back.mjs";
import { NoteForm } from "./dossier_note.mjs";
import { fitPaper } from "./dossier_paper.mjs";
import { resolve } from "./malfunction_resolve.mjs";
import { t } from "./words.mjs";

/** A tick of the workers takes a second or two: then what was done is in the journal. */
const ASK_AGAIN_MS = [1200, 2600, 5000];
const COPIED_MS = 2000;

/** @param {HTMLElement} root @param {object} context of the pages */
export function mountDossier(root, context) {
  const dossier = new Dossier(root, context);
  return { destroy: () => dossier.destroy() };
}

class Dossier {
  constructor(root, context) {
    Object.assign(this, { _root: root, _context: context, _timers: new Set() });
    this._onClick = (event) => this._act(event.target.closest("[data-mw-act]"));
    this._onSaving = () => this._disable();
    this._onKey = ({ key }) => key === "Escape" && this._closeChoice();
    this._onPress = ({ target }) => target.closest?.(".dossier-choice") || this._closeChoice();
    root.addEventListener("click", this._onClick);
    addEventListener("keydown", this._onKey);
    addEventListener("pointerdown", this._onPress);
    context.commands.addEventListener("change", this._onSaving);
    this._paper = fitPaper(root);
    // Another malfunction may be shown in the same nodes.
    this._observer = new MutationObserver(() => this._begin());
    this._observer.observe(root, { attributes: true, attributeFilter: ["data-malfunction"] });
    this._begin();
  }

  destroy() {
    this._root.removeEventListener("click", this._onClick);
    removeEventListener("keydown", this._onKey);
    removeEventListener("pointerdown", this._onPress);
    this._context.commands.removeEventListener("change", this._onSaving);
    this._observer.disconnect();
    this._paper.destroy();
    for (const timer of this._timers) clearTimeout(timer);
    this._part("dossier-back")?.replaceChildren();
    this._part("dossier-note-form")?.replaceChildren();
  }

  _begin() {
    this._form = new NoteForm((fields) => this._note(fields));
    this._part("dossier-back").replaceChildren(backLink());
    this._part("dossier-note-form").replaceChildren(this._form.element);
  }

  _part(id) {
    return this._root.querySelector(`#${id}`);
  }

  get _malfunction() {
    return JSON.parse(this._root.querySelector("[data-mw-malfunction]").dataset.mwMalfunction);
  }

  /** The list of signals lies over the chart: it must not stay in the way. */
  _closeChoice() {
    const choice = this._root.querySelector(".dossier-choice[open]");
    if (!choice) return;
    if (choice.contains(document.activeElement)) choice.querySelector("summary").focus();
    choice.open = false;
  }

  async _act(pressed) {
    const acts = {
      acknowledge: () => this._acknowledge(), resolve: () => this._resolve(),
      copy: () => copyLink(pressed), print: () => print(), download: () => download(pressed),
    };
    await acts[pressed?.dataset.mwAct]?.();
  }

  async _acknowledge() {
    const { id, extruder_name: name } = this._malfunction;
    const fields = { action: "acknowledge_malfunction", malfunction: id };
    if (await this._context.commands.send(t("Acknowledge the malfunction of {name}", { name }), fields)) this._askAgain();
  }

  async _resolve() {
    await resolve(this._malfunction, this._context);
    this._askAgain();
  }

  /** @returns {Promise<boolean>} true once it is recorded */
  async _note(fields) {
    const { id, extruder_name: name } = this._malfunction;
    const command = { action: "note_malfunction", malfunction: id, ...fields };
    const recorded = await this._context.commands.send(t("Note on the malfunction of {name}", { name }), command);
    if (recorded) this._askAgain();
    return recorded;
  }

  _askAgain() {
    for (const wait of ASK_AGAIN_MS) {
      const timer = setTimeout(() => {
        this._timers.delete(timer);
        window.dash_clientside.set_props("dossier-refresh", { data: Date.now() });
      }, wait);
      this._timers.add(timer);
    }
  }

  _disable() {
    const saving = this._context.commands.saving.has(this._malfunction.id);
    for (const element of this._root.querySelectorAll(".dossier-acts button")) element.disabled = saving;
    this._form.saving(saving);
  }
}

/** The clipboard is there on https and localhost only, and plants use neither. */
async function copyLink(pressed) {
  const copied = await (navigator.clipboard?.writeText(location.href) ?? Promise.reject()).then(() => true, () => false);
  if (!copied) {
    const shown = input({ value: location.href, readOnly: true });
    shown.setAttribute("aria-label", t("Address of this dossier"));
    shown.addEventListener("focus", () => shown.select());
    await ask({ title: t("Link to this dossier"), text: t("Copy it from here."), controls: [shown] });
    return;
  }
  const text = pressed.textContent;
  pressed.textContent = t("Copied");
  setTimeout(() => { pressed.textContent = text; }, COPIED_MS);
}

function download(pressed) {
  const text = pressed.parentElement.querySelector("pre").textContent;
  const address = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  const anchor = Object.assign(document.createElement("a"), { href: address, download: pressed.dataset.mwName });
  anchor.click();
  URL.revokeObjectURL(address);
}
