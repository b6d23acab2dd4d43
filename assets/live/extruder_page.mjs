// The Extruder page: one window in the browser feeds gauges, zone profile and trends.
import { ExtruderAlarms } from "./alarm_extruder.mjs";
import { Feed, requestBytes, requestJson } from "./feed.mjs";
import { formatAge, formatNumber } from "./format.mjs";
import { Gauges } from "./gauges.mjs";
import { andMore, BAD, deviation, JOB, JOB_WORDS, QUALITY_WORDS, SIGNS } from "./limits.mjs";
import { part, setClass, setText } from "./text.mjs";
import { playbackOf } from "./playback.mjs";
import { mountTrends } from "./trend_section.mjs";
import { readSelection, writeSelection } from "./selection.mjs";
import { WindowBuffer } from "./window_buffer.mjs";
import { decode } from "./window_codec.mjs";
import { ZoneProfile } from "./zone_profile.mjs";
import { t } from "./words.mjs";

export function mountExtruder(root, context) {
  return new ExtruderPage(root, context);
}

class ExtruderPage {
  constructor(root, context) {
    const { clock, banner, settings } = context;
    Object.assign(this, { root, clock, banner, settings });
    this._url = `/windows/${root.dataset.mwExtruder}`;
    this._trends = null;
    this._product = null;
    const host = root.querySelector("#extruder-alarms");
    banner.reset();
    this._playback = playbackOf(root, context);
    if (this._playback) {
      this._playBack(this._playback, host);
    } else {
      this._alarms = new ExtruderAlarms(host, Number(root.dataset.mwExtruder), context);
      this._follow(settings, banner);
    }
    this._ages = setInterval(() => this._age(), 500);
  }

  _follow(settings, banner) {
    this._feed = new Feed(
      settings.pollMs,
      (signal) => this._step(signal),
      (error) => error && banner.failed(error),
      { url: `${this._url}/events`, kind: "window", onData: (data) => this._pushed(data) },
    );
  }

  /** The past takes the place of the live feed, its clock that of the server's. */
  _playBack(playback, host) {
    this.clock = playback.clock;
    // The banner tells of live data, and nothing is wrong with them because these are old.
    this.banner = null;
    this._alarms = playback.alarms(host);
    this._feed = playback.start({
      load: (signal) => this._load(signal),
      signals: () => this._extruder.signals,
      apply: (message) => {
        this._buffer.apply(message);
        this._trends.update();
      },
      show: (message) => this._show(message),
      setLimits: (limits) => {
        this._extruder.limits = limits;
        this._product = null;
      },
      jumped: (ts) => this._trends?.lookAt(ts),
    });
  }

  destroy() {
    this._feed.stop();
    clearInterval(this._ages);
    this._alarms.destroy();
    this._trends?.destroy();
    this._zones?.destroy();
  }

  async _step(signal) {
    if (!this._extruder) await this._load(signal);
    let message = await this._fetch(this._following ? "/delta" : "", signal);
    if (message.catalogue !== this._version) await this._load(signal);
    if (this._buffer.apply(message) === "snapshot-needed") {
      message = await this._fetch("", signal);
      this._buffer.apply(message);
    }
    this._following = true;
    this._show(message);
  }

  /** A pushed delta; false if it does not join what is here, then a round reads the rest. */
  _pushed(data) {
    const message = decode(Uint8Array.from(atob(data), (char) => char.charCodeAt(0)).buffer);
    this.clock.sync(message.servedTs);
    if (message.catalogue !== this._version) return false;
    if (this._buffer.apply(message) === "snapshot-needed") return false;
    this._show(message);
    return true;
  }

  async _fetch(suffix, signal) {
    const { body, headers } = await requestBytes(this._url + suffix, signal);
    const message = decode(body);
    this.clock.sync(message.servedTs, headers);
    return message;
  }

  /** Signals and limits; a change of signals needs another page, a change of limits does not. */
  async _load(signal) {
    const { body } = await requestJson(`/catalogue/${this.root.dataset.mwExtruder}`, signal);
    const known = this._extruder && JSON.stringify(this._extruder.signals);
    if (known && known !== JSON.stringify(body.extruder.signals)) return location.reload();
    this._version = body.version;
    this._extruder = body.extruder;
    this._products = Object.fromEntries(body.products.map(({ code, name }) => [code, name]));
    this._product = null;
    if (!known) this._build();
  }

  _build() {
    const { signals } = this._extruder;
    const slots = Math.round((this.settings.windowS * 1000) / this.settings.stepMs);
    this._buffer = new WindowBuffer(signals.length, slots, this.settings.stepMs);
    this._alarms.setSignals(signals);
    this._gauges = new Gauges(this.root, signals);
    this._zones = new ZoneProfile(this.root.querySelector("#zone-profile"), signals);
    this._jobSlot = signals.findIndex((one) => one.name === "JobStatus");
    this._productSlot = signals.findIndex((one) => one.name === "Product");
    this._trends = mountTrends(this.root.querySelector("#extruder-trends"), {
      extruder: this._extruder,
      buffer: this._buffer,
      clock: this.clock,
      timeZone: this.settings.timeZone,
      selection: readSelection(),
      onSelectionChange: (names) => writeSelection(names, signals),
      playback: this._playback,
    });
  }

  _show(message) {
    const { signals } = this._extruder;
    const read = (slot) => (slot < 0 ? { value: NaN, quality: 255 } : this._buffer.latest(slot));
    const job = read(this._jobSlot).value;
    this._inForce(read(this._productSlot).value || 0, Number.isFinite(job) && job !== JOB.PRODUCTION);
    const shown = this._suppressed ? {} : this._limits;
    this._gauges.update(read, shown, this._suppressed);
    this._zones.update(read, this._limits, this._suppressed);
    this._job = JOB_WORDS[job] ?? t("No job data");
    this._writeWorst(worstOf(signals, read, shown));
    setClass(this.root, "extruder--suppressed", this._suppressed);
    this.banner?.answered({ checked: message.checkedTs, head: message.headTs });
    this._head = message.headTs;
    this.root.dataset.mwHead = message.headTs;
    this._trends.update();
    this._age();
  }

  /** Limits of the product; suppressed by design outside production (ISA-18.2). */
  _inForce(product, suppressed) {
    if (product === this._product && suppressed === this._suppressed) return;
    this._product = product;
    this._suppressed = suppressed;
    this._limits = this._extruder.limits[product] ?? this._extruder.limits[0] ?? {};
    setText(part(this.root, "product"), this._products[product] ?? "");
    this._trends.setLimits(suppressed ? {} : this._limits);
  }

  _writeWorst({ text, severity }) {
    const element = part(this.root, "worst");
    setText(element, text);
    setClass(element, "past-high", severity === 1);
    setClass(element, "past-highhigh", severity === 2);
    setClass(element, "past-bad", severity === 0);
    // Dash sets the title when it shows the page; a tab says which extruder and how it is.
    const mark = this._playback ? `${t("PLAYBACK")} · ` : "";
    const title = `${mark}${text ? `${text.split(" ")[0]} ` : ""}${this._extruder.name} – Meltwatch`;
    if (document.title !== title) document.title = title;
  }

  _age() {
    if (!(this._head > 0)) return this._playback && this._head && this._noReadings();
    const age = Math.max(0, this.clock.now() - this._head);
    const silent = age > this.settings.staleAfterMs;
    setText(part(this.root, "age"), t("Readings {age} old", { age: formatAge(age) }));
    setText(part(this.root, "state"), silent ? t("{job} (last known)", { job: this._job }) : this._job);
    setClass(this.root, "extruder--silent", silent);
    this._trends.setSilent(silent);
  }

  /** A playback can be of a time of which nothing is kept. */
  _noReadings() {
    setText(part(this.root, "age"), t("No readings of this time"));
    setText(part(this.root, "state"), t("No data"));
  }
}

/** The worst deviation in words: highest severity, then furthest past its limit on its scale. */
function worstOf(signals, read, limits) {
  let worst = null;
  signals.forEach((signal, slot) => {
    const value = read(slot).value;
    const past = deviation(value, limits[signal.name]);
    if (!past) return;
    const over = Math.abs(value - past.bound) / Math.max(1e-9, signal.high - signal.low);
    const rank = past.severity * 1000 + over;
    if (!worst || rank > worst.rank) worst = { rank, past, signal, value };
  });
  if (!worst) return badOf(signals, read);
  const { signal, past, value } = worst;
  const number = (x) => formatNumber(x, signal.decimals);
  const reading = `${t(signal.label)} ${number(value)} ${t(signal.unit)}`;
  const text = `${SIGNS[past.name]} ${reading} · ${past.name} ${number(past.bound)}`;
  return { text, severity: past.severity };
}

/** The first signal of bad quality, where nothing is past a limit. */
function badOf(signals, read) {
  const bad = signals.map((_, slot) => read(slot).quality).map((quality) => BAD.has(quality));
  const first = bad.indexOf(true);
  if (first < 0) return { text: "", severity: null };
  const more = bad.filter(Boolean).length - 1;
  const what = `? ${t(signals[first].label)}: ${QUALITY_WORDS[read(first).quality]}`;
  return { text: andMore(what, more), severity: 0 };
}
