// The Scope page: chosen signals of chosen extruders, followed side by side.
import { Feed, FeedError, request, requestJson } from "./feed.mjs";
import { ScopeModel } from "./scope_model.mjs";
import { ScopeScreen } from "./scope_screen.mjs";
import { ScopeStore } from "./scope_store.mjs";
import { make } from "./trend_legend.mjs";
import { t } from "./words.mjs";

/** dcc.Link writes the URL without a popstate; this is what it dispatches instead. */
const LINK_EVENT = "_dashprivate_pushstate";
const REFUSAL_MS = 12_000;

export function mountScope(root, context) {
  return new ScopePage(root, context);
}

class ScopePage {
  constructor(root, { clock, banner, settings }) {
    Object.assign(this, { root, clock, banner, settings });
    banner.reset();
    this._loading = make("p", "scope-loading", t("Loading …"));
    root.append(this._loading);
    this._start();
    this._onUrl = () => location.pathname === "/scope" && this._readUrl();
    for (const name of ["popstate", LINK_EVENT]) addEventListener(name, this._onUrl);
  }

  destroy() {
    for (const name of ["popstate", LINK_EVENT]) removeEventListener(name, this._onUrl);
    clearTimeout(this._timer);
    this._feed.stop();
    this.screen?.destroy();
    this._loading.remove();
  }

  /** Ask from now on, at once: another choice must not wait for the next round. */
  _start() {
    this._feed?.stop();
    this._feed = new Feed(this.settings.pollMs, (abort) => this._step(abort), (error) => {
      if (error) this.banner.failed(error);
    });
  }

  async _step(abort) {
    if (!this.screen) await this._build(abort);
    const { model, store, screen } = this;
    const facts = await store.follow(model.signals, abort);
    if (model.mode === "day" && (await store.loadDays(model.signals, abort))) screen.view.showWhole();
    // Without a signal nothing was asked, and a lost server would stay unseen.
    if (!facts) await request("/lines", abort);
    this.banner.answered(facts ?? { checked: -1, head: -1 });
    this.root.dataset.mwHead = facts?.head ?? -1;
    screen.update();
  }

  async _build(abort) {
    const { body: index } = await requestJson("/lines", abort);
    // The page may be gone by now: a screen built on it would never be taken down.
    abort.throwIfAborted();
    if (!index.signals.length) throw new FeedError("missing", "no signals");
    this.model = new ScopeModel(index);
    const note = this.model.read(location.search);
    this.store = new ScopeStore(index, this.settings, this.clock);
    this._loading.remove();
    this.screen = new ScopeScreen(this.root, this.model, this.store, {
      clock: this.clock, timeZone: this.settings.timeZone, onReload: () => this._reloadDay(),
    });
    this.screen.choiceChanged();
    this.screen.say(note);
    this.model.addEventListener("change", ({ detail }) => this._changed(detail));
    this.model.addEventListener("refused", ({ detail }) => this._refused(detail));
  }

  _changed(what) {
    this.model.write();
    this.screen.say("");
    this.screen.choiceChanged();
    if (what === "signals" || what === "mode") this._start();
  }

  _refused(reason) {
    this.screen.say(reason);
    clearTimeout(this._timer);
    this._timer = setTimeout(() => this.screen.say(""), REFUSAL_MS);
  }

  _reloadDay() {
    this.store.forgetDays();
    this.screen.choiceChanged();
    this._start();
  }

  _readUrl() {
    if (!this.screen) return;
    this.screen.say(this.model.read(location.search));
    this.screen.choiceChanged();
    this._start();
  }
}
