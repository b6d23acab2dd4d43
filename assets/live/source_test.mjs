// Test the connection of a source: a button, a bar while it runs, and what came of it.
import { button, make } from "./alarm_dom.mjs";
import { post } from "./source_post.mjs";
import { setText } from "./text.mjs";
import { t } from "./words.mjs";

/** What ingest gives a test, ms. */
const LONGEST_MS = 10_000;
const STEP_MS = 100;

export class TestPart {
  constructor(name) {
    this._name = name;
    this.element = make("div", "source__test");
    this._button = button(t("Test connection"), () => this._run());
    this._bar = make("progress", "");
    this._bar.max = LONGEST_MS;
    this._bar.hidden = true;
    this._bar.setAttribute("aria-label", t("Test of {name}", { name }));
    this._said = make("p", "source__said");
    this._said.setAttribute("role", "status");
    this._lines = make("ul", "source__found");
    this._lines.hidden = true;
    this.element.append(this._button, this._bar, this._said, this._lines);
    this.element.hidden = true;
  }

  destroy() {
    clearInterval(this._timer);
  }

  show(on) {
    this.element.hidden = !on;
  }

  async _run() {
    if (this._timer) return;
    this._begin();
    const error = await post("test", { source: this._name }, (found) => this._found(found));
    clearInterval(this._timer);
    this._timer = 0;
    this._bar.hidden = true;
    this._button.removeAttribute("aria-disabled");
    if (error) this._say("failed", t("✕ Not tested: {why}", { why: error }));
  }

  /** The button stays where the keyboard is; it only does nothing meanwhile. */
  _begin() {
    const began = performance.now();
    this._button.setAttribute("aria-disabled", "true");
    this._bar.hidden = false;
    this._bar.value = 0;
    this._say("running", t("Testing …"));
    this._lines.hidden = true;
    this._timer = setInterval(() => (this._bar.value = performance.now() - began), STEP_MS);
  }

  _found({ ok, summary, lines }) {
    if (ok) this._say("ok", t("✓ It works: {summary}", { summary }));
    else this._say("failed", t("✕ It does not work: {summary}", { summary }));
    this._lines.replaceChildren(...lines.map((line) => make("li", "", line)));
    this._lines.hidden = !lines.length;
  }

  _say(state, text) {
    this._said.dataset.state = state;
    setText(this._said, text);
  }
}
