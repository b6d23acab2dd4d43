// The Sources page: a panel for each source, kept up to date; says so when nobody tells of them.
import { Poll } from "./alarm_poll.mjs";
import { formatTime, zoneName } from "./format.mjs";
import { SourcePanel } from "./source_panel.mjs";
import { part, setClass, setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

const POLL_MS = 2000;

export function mountSources(root, context) {
  return new SourcesPage(root, context);
}

class SourcesPage {
  constructor(root, context) {
    Object.assign(this, { _root: root, _context: context, _body: null, _panels: new Map() });
    this._words = JSON.parse(root.dataset.mwWords);
    context.banner.reset();
    this._alarms = () => tellBanner(context);
    context.alarms.addEventListener("change", this._alarms);
    this._poll = new Poll("/sources/now", POLL_MS, (body, why) => this._answered(body, why));
  }

  destroy() {
    this._poll.destroy();
    this._context.alarms.removeEventListener("change", this._alarms);
    for (const panel of this._panels.values()) panel.destroy();
  }

  _answered(body, why) {
    // An ingest that has ended is not told as "no sources": what it said last stays, and its age.
    if (body?.sources.length) this._body = body;
    const gone = body !== null && !body.sources.length;
    this._tell(why, gone);
    if (this._body) this._draw(Boolean(why) || gone, body?.served ?? this._body.served);
  }

  _tell(why, gone) {
    const state = part(this._root, "state");
    setClass(state, "guard__late", Boolean(why || (gone && this._body)));
    setText(state, this._text(why, gone));
  }

  _text(why, gone) {
    const shown = this._body
      ? t("Shown is what was known at {time}.", { time: this._at(this._body.served) })
      : "";
    const told = (text) => [text, shown].filter(Boolean).join(" ");
    if (why) return told(t("Sources cannot be had: {why}.", { why: why.replace(/\.$/, "") }));
    if (gone && shown) return told(t("Ingest tells of its sources no more: does it run?"));
    if (gone) return t("No ingest tells of sources: none runs, or it replays a recording (REPLAY).");
    return this._received();
  }

  _received() {
    const { sources } = this._body;
    if (sources.every(({ kind }) => kind === "simulator")) {
      return t("The simulator makes up all readings. Real sources are named in the file SOURCES (docs/sources.md).");
    }
    const told = sources.filter(({ condition }) => condition === "receiving").length;
    return plural(
      "{told} of {n} source receiving, at {time}.", "{told} of {n} sources receiving, at {time}.",
      sources.length, { told, time: this._at(this._body.served) },
    );
  }

  _draw(old, served) {
    const list = part(this._root, "list");
    const names = this._body.sources.map(({ name }) => name);
    for (const [name, panel] of this._panels) {
      if (names.includes(name)) continue;
      panel.destroy();
      this._panels.delete(name);
    }
    const elements = this._body.sources.map((source) => {
      const panel = this._panels.get(source.name) ?? new SourcePanel(source.name, this._words, this._context);
      this._panels.set(source.name, panel);
      panel.update(source, { old, served });
      return panel.element;
    });
    // Only if it must be: whoever has the keyboard on a button keeps it there.
    if (elements.length !== list.children.length || elements.some((one, at) => list.children[at] !== one)) {
      list.replaceChildren(...elements);
    }
  }

  _at(ts) {
    const zone = this._context.settings.timeZone;
    return `${formatTime(ts, zone)} ${zoneName(ts, zone)}`;
  }
}

function tellBanner({ alarms, banner }) {
  const { error, facts } = alarms;
  if (error) banner.failed(error);
  else if (facts) banner.answered(facts);
}
