// The panel Cost: figures of one span, held against polling by so many viewers.
import { Poll } from "./alarm_poll.mjs";
import { CostChart } from "./cost_chart.mjs";
import { countText, kiloText, moneyText, ratioText, secondsText } from "./cost_words.mjs";
import { formatMinute, NO_VALUE, zoneName } from "./format.mjs";
import { part, setText } from "./text.mjs";
import { plural, t } from "./words.mjs";

const POLL_MS = 10_000;
const MOST_VIEWERS = 10_000_000;
/** "Mean of {span}", and its minutes. */
const SPANS = { minute: [t("the last minute"), 1], hour: [t("the last hour"), 60], day: [t("the last 24 h"), 1440] };
const TEXTS = {
  statements: countText, rows: countText, bytes: kiloText, cpu_s: secondsText, month: moneyText,
};

export class CostPanel {
  constructor(root, context) {
    Object.assign(this, { _root: root, _context: context, _span: "hour", _body: null });
    this._chart = new CostChart(part(root, "chart"), context.settings.timeZone);
    this._viewers = this._makeInput();
    this._buttons = [...root.querySelectorAll("[data-mw-span]")];
    this._stop = new AbortController();
    for (const button of this._buttons) {
      button.addEventListener("click", () => this._choose(button), { signal: this._stop.signal });
    }
    this._poll = new Poll("/system/cost", POLL_MS, (body, why) => this._answered(body, why));
  }

  destroy() {
    this._poll.destroy();
    this._stop.abort();
    this._chart.destroy();
    this._viewers.remove();
  }

  _makeInput() {
    const input = document.createElement("input");
    const limits = { type: "number", min: 0, max: MOST_VIEWERS, step: 1, inputMode: "numeric" };
    Object.assign(input, limits, { id: this._root.querySelector("label").htmlFor, placeholder: NO_VALUE });
    input.addEventListener("input", () => this._body && this._draw());
    part(this._root, "viewers-place").append(input);
    return input;
  }

  _choose(chosen) {
    this._span = chosen.dataset.mwSpan;
    for (const one of this._buttons) one.setAttribute("aria-pressed", String(one === chosen));
    if (this._body) this._draw();
  }

  _answered(body, why) {
    if (body) this._body = body;
    if (!this._body) {
      setText(part(this._root, "state"), t("Figures cannot be had: {why}.", { why }));
      return;
    }
    this._why = why;
    this._draw();
  }

  _draw() {
    const { spans, polling, prices, rows } = this._body;
    const span = spans[this._span];
    setText(part(this._root, "state"), this._state(span.known));
    for (const place of this._root.querySelectorAll('[data-mw-part="currency"]')) {
      setText(place, t("{currency} per month", { currency: prices.currency }));
    }
    this._table(span);
    this._compare(span, polling);
    this._chart.draw(rows);
    setText(part(this._root, "prices"), priceText(prices));
  }

  _state(known) {
    const [span, minutes] = SPANS[this._span];
    const zone = this._context.settings.timeZone;
    const end = this._body.minute + 60_000;
    const told = { span, time: `${formatMinute(end, zone)} ${zoneName(end, zone)}`, known, minutes };
    if (this._why) {
      const lost = t("Figures cannot be had: {why}.", { why: this._why });
      return `${lost} ${t("Shown is what was known up to {time}.", told)}`;
    }
    if (!known) {
      return t("Nothing is known of {span} up to {time}: the first figures come when a whole minute is over.", told);
    }
    if (known >= minutes) return t("Mean of {span} up to {time}.", told);
    return t("Mean of {span} up to {time}, of which {known} of {minutes} min are known.", told);
  }

  /** What nothing is known of is no zero. */
  _table(span) {
    for (const row of this._root.querySelectorAll("[data-mw-row]")) {
      const [kind, name] = row.dataset.mwRow.split(":");
      if (!(kind in span)) continue;
      const line = name ? span[kind][name] : span[kind];
      for (const cell of row.querySelectorAll("[data-mw-measure]")) {
        setText(cell, span.known ? textOf(cell, line) : NO_VALUE);
      }
    }
  }

  _compare(span, polling) {
    const today = span.known ? span.viewers : NaN;
    const given = this._viewers.value.trim() === "" ? today : this._viewers.valueAsNumber;
    const valid = given >= 0 && given <= MOST_VIEWERS;
    const viewers = valid ? given : NaN;
    this._viewers.setAttribute("aria-invalid", String(this._viewers.value !== "" && !valid));
    this._viewers.placeholder = Number.isFinite(today) ? countText(today) : NO_VALUE;
    const line = Object.fromEntries(
      Object.entries(polling.viewer ?? {}).map(([name, value]) => [name, value * viewers]),
    );
    this._fill("polling", (cell) => textOf(cell, line, NaN));
    this._fill("ratio", ({ dataset: { mwMeasure: name } }) =>
      ratioText(line[name], span.known ? span.live[name] : NaN));
    setText(part(this._root, "viewers"), this._today(today));
    setText(part(this._root, "polling"), t("{n} viewers, each every {poll} s", {
      n: countText(viewers), poll: polling.poll_s,
    }));
    setText(part(this._root, "sentence"), sentence(viewers, polling, line, span));
  }

  _fill(name, read) {
    const row = this._root.querySelector(`[data-mw-row="${name}"]`);
    for (const cell of row.querySelectorAll("[data-mw-measure]")) setText(cell, read(cell));
  }

  _today(today) {
    return t("Mean of {span}: {n} open push connections. Type another number to try it out.", {
      span: SPANS[this._span][0], n: countText(today),
    });
  }
}

/** A job that asked nothing in a known time is told by no number: it is 0. */
function textOf({ dataset: { mwMeasure: name } }, line, none = 0) {
  return TEXTS[name](line?.[name] ?? none);
}

function priceText({ name, currency, note, source }) {
  const from = source && t("Source: {source}.", { source });
  const prices = t("Prices: {name}, in {currency}.", { name, currency });
  return [prices, t(note), from, t("The setting PRICES chooses.")].filter(Boolean).join(" ");
}

function sentence(viewers, polling, line, span) {
  if (!span.known) return "";
  if (!polling.viewer) return t("Polling cannot be reckoned: no worker has told which signals there are.");
  if (!Number.isFinite(viewers)) return t("Give a number of viewers.");
  if (!viewers) return t("Nobody watches: polling would cost nothing now. Type a number of viewers.");
  const often = (name) => ratioText(line[name], span.live[name]);
  const more = {
    rows: (times) => t("{times} the rows read", { times }),
    bytes: (times) => t("{times} the bytes", { times }),
    month: (times) => t("{times} the money", { times }),
  };
  const told = Object.keys(more)
    .filter((name) => often(name) !== NO_VALUE)
    .map((name) => more[name](often(name)));
  return plural(
    "With {n} viewer who polls every {poll} s this would have been {told}.",
    "With {n} viewers who poll every {poll} s this would have been {told}.",
    viewers, { n: countText(viewers), poll: polling.poll_s, told: told.join(", ") },
  );
}
