// The barrel zone profile: each zone's actual temperature against its set value, in one table.
import { formatNumber } from "./format.mjs";
import { BAD, deviation, QUALITY_WORDS, SIGNS } from "./limits.mjs";
import { setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

const GROUPS = ["Barrel temperatures", "Die temperatures"];
const ROWS = [
  ["actual", t("Actual")],
  ["set", t("Set value")],
  ["output", t("Output")],
  ["current", t("Current")],
];
/** Degrees from the set value to the end of the track, where limits do not say more. */
const REACH = 15;

export class ZoneProfile {
  constructor(host, signals) {
    this._host = host;
    this._zones = zones(signals);
    host.replaceChildren();
    if (this._zones.length) this._build();
  }

  destroy() {
    this._host.replaceChildren();
  }

  update(read, limits, suppressed) {
    for (const zone of this._zones) this._zone(zone, read, limits, suppressed);
  }

  _build() {
    const table = document.createElement("table");
    table.className = "zone-table";
    table.append(this._head(), this._tracks());
    for (const [key, label] of ROWS) {
      if (key === "set" || this._zones.some((zone) => zone.signals[key])) {
        table.append(this._row(key, label));
      }
    }
    const title = document.createElement("h2");
    title.textContent = t("Barrel and die zones");
    const frame = document.createElement("div");
    frame.className = "zone-frame";
    frame.tabIndex = 0;
    frame.setAttribute("role", "region");
    frame.setAttribute("aria-label", t("Barrel and die zones"));
    frame.append(table);
    this._host.append(title, frame);
  }

  _head() {
    const row = document.createElement("tr");
    row.append(cell("td", ""));
    for (const zone of this._zones) row.append(cell("th", t(zone.label), { scope: "col" }));
    return row;
  }

  _tracks() {
    const row = document.createElement("tr");
    row.append(cell("th", t("Deviation"), { scope: "row" }));
    for (const zone of this._zones) {
      const td = cell("td", "");
      zone.track = document.createElement("div");
      zone.track.className = "zone-track zone-track--void";
      zone.track.innerHTML =
        '<span class="zone-track__band"></span><span class="zone-track__set"></span><span class="zone-track__pointer"></span>';
      zone.note = document.createElement("div");
      zone.note.className = "zone-note";
      td.append(zone.track, zone.note);
      row.append(td);
    }
    return row;
  }

  _row(key, label) {
    const row = document.createElement("tr");
    const unit = this._zones.map((zone) => zone.signals[key === "set" ? "actual" : key]?.unit).find(Boolean);
    row.className = `zone-row zone-row--${key}`;
    row.append(cell("th", `${label} ${t(unit ?? "")}`, { scope: "row" }));
    for (const zone of this._zones) {
      zone.cells[key] = cell("td", "–");
      row.append(zone.cells[key]);
    }
    return row;
  }

  _zone(zone, read, limits, suppressed) {
    const actual = zone.signals.actual;
    const { value, quality } = read(actual.slot);
    const bounds = limits[actual.name] ?? {};
    const past = suppressed ? null : deviation(value, bounds);
    for (const key of ["actual", "output", "current"]) {
      const signal = zone.signals[key];
      if (signal) setText(zone.cells[key], figure(read(signal.slot).value, signal.decimals));
    }
    setText(zone.cells.set, figure(bounds.set_value, actual.decimals));
    setText(zone.note, this._note(value, quality, bounds, past, actual));
    setClass(zone.note, "past-bad", BAD.has(quality));
    setClass(zone.note, "past-high", past?.severity === 1);
    setClass(zone.note, "past-highhigh", past?.severity === 2);
    this._track(zone.track, value, bounds, past);
    setClass(zone.track, "zone-track--unlimited", suppressed);
    setClass(zone.cells.actual, "past-high", past?.severity === 1);
    setClass(zone.cells.actual, "past-highhigh", past?.severity === 2);
  }

  _note(value, quality, bounds, past, signal) {
    if (quality) return QUALITY_WORDS[quality] ?? "";
    if (bounds.set_value == null) return t("no set value");
    const signed = signedNumber(value - bounds.set_value, signal.decimals);
    return past ? `${SIGNS[past.name]} ${signed} ${past.name}` : signed;
  }

  _track(track, value, bounds, past) {
    const set = bounds.set_value;
    const usable = Number.isFinite(value) && set != null;
    setClass(track, "zone-track--void", !Number.isFinite(value));
    setClass(track, "zone-track--unset", set == null);
    setClass(track, "zone-track--high", past?.severity === 1);
    setClass(track, "zone-track--highhigh", past?.severity === 2);
    if (!usable) return;
    const reach = Math.max(REACH, (bounds.hh ?? set) - set, set - (bounds.ll ?? set));
    const at = (x) => `${Math.min(98, Math.max(2, 50 + (50 * (x - set)) / reach))}%`;
    track.style.setProperty("--at", at(value));
    track.style.setProperty("--from", at(bounds.l ?? set));
    track.style.setProperty("--to", at(bounds.h ?? set));
  }
}

/** Temperature signals of the zone groups, each with output and current of the same zone. */
function zones(signals) {
  const all = signals.map((signal, slot) => ({ ...signal, slot, zone: signal.name.split(".")[0] }));
  return all
    .filter((signal) => GROUPS.includes(signal.group))
    .map((actual) => {
      const same = (group) => all.find((one) => one.zone === actual.zone && one.group === group);
      return {
        label: actual.label,
        cells: {},
        signals: { actual, output: same("Controller output"), current: same("Heater current") },
      };
    });
}

/** With its sign, and zero without one. */
function signedNumber(value, decimals) {
  const size = formatNumber(Math.abs(value), decimals);
  if (!Number(size.replace(/[^\d]/g, ""))) return size;
  return `${value < 0 ? "−" : "+"}${size}`;
}

function figure(value, decimals) {
  return Number.isFinite(value) ? formatNumber(value, decimals) : "—";
}

function cell(tag, text, attributes = {}) {
  const element = document.createElement(tag);
  element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
