// Feeds the DAQ gauges and the figures under them, without a round trip to the server.
import { formatNumber } from "./format.mjs";
import { deviation, QUALITY_WORDS, SIGNS } from "./limits.mjs";
import { part, setClass, setText } from "./text.mjs";
import { t } from "./words.mjs";

/** Colours as values, since the gauge draws an SVG attribute; grey until abnormal (ISA-101). */
const COLOURS = {
  light: ["#76818b", "#b06f00", "#c01826"],
  dark: ["#8b959e", "#f0a31c", "#ff6b76"],
};

export class Gauges {
  constructor(root, signals) {
    this._signals = signals;
    this._tiles = [...root.querySelectorAll("[data-mw-gauge]")].map((element) => ({
      element,
      slot: Number(element.dataset.mwGauge),
      number: part(element, "number"),
      note: part(element, "note"),
      shown: {},
    }));
  }

  /**
   * @param {(slot: number) => {value: number, quality: number}} read latest reading of a slot
   * @param {Record<string, object>} limits in force, by signal name
   * @param {boolean} suppressed limits are suppressed by design (start-up, stopped)
   */
  update(read, limits, suppressed) {
    for (const tile of this._tiles) this._tile(tile, read(tile.slot), limits, suppressed);
  }

  _tile(tile, { value, quality }, limits, suppressed) {
    const signal = this._signals[tile.slot];
    const void_ = !Number.isFinite(value);
    const bounds = limits[signal.name];
    const past = deviation(value, bounds);
    setText(tile.number, void_ ? "—" : formatNumber(value, signal.decimals));
    setText(tile.note, note(signal, quality, bounds, past, suppressed));
    setClass(tile.element, "gauge--loading", false);
    setClass(tile.element, "gauge--void", void_);
    setClass(tile.element, "gauge--high", past?.severity === 1);
    setClass(tile.element, "gauge--highhigh", past?.severity === 2);
    drawBand(tile, signal, bounds);
    if (!void_) this._dial(tile, signal, value, past?.severity ?? 0);
  }

  /** Push rounded values only when they changed, and only once the gauge is drawn. */
  _dial(tile, signal, value, severity) {
    const id = `gauge-${tile.slot}`;
    if (!document.getElementById(id)) return;
    const rounded = Number(value.toFixed(signal.decimals));
    const next = {
      value: Math.min(signal.high, Math.max(signal.low, rounded)),
      color: (COLOURS[document.documentElement.dataset.theme] ?? COLOURS.light)[severity],
    };
    if (next.value === tile.shown.value && next.color === tile.shown.color) return;
    tile.shown = next;
    window.dash_clientside.set_props(id, next);
  }
}

const SVG = "http://www.w3.org/2000/svg";
/** DAQ 0.6 sweeps 270° clockwise from lower left around the middle of a 182 px square. */
const [CENTRE, RADIUS, SWEEP, START] = [91, 69, 270, -225];

/** The normal band as an arc inside the track, so that the needle is read against it. */
function drawBand(tile, signal, bounds) {
  const svg = tile.element.querySelector("svg");
  const key = `${bounds?.l}|${bounds?.h}`;
  if (!svg || (tile.band?.isConnected && tile.bandKey === key)) return;
  tile.band?.remove();
  tile.bandKey = key;
  tile.band = svg.appendChild(document.createElementNS(SVG, "circle"));
  const at = (x) => (SWEEP * Math.min(1, Math.max(0, (x - signal.low) / (signal.high - signal.low))));
  const [from, to] = [at(bounds?.l ?? signal.low), at(bounds?.h ?? signal.high)];
  const limited = bounds?.l != null || bounds?.h != null;
  const attributes = {
    class: "band",
    cx: CENTRE,
    cy: CENTRE,
    r: RADIUS,
    pathLength: 360,
    "stroke-dasharray": limited ? `${to - from} 360` : "0 360",
    transform: `rotate(${START + from} ${CENTRE} ${CENTRE})`,
  };
  for (const [name, value] of Object.entries(attributes)) tile.band.setAttribute(name, value);
}

function note(signal, quality, bounds, past, suppressed) {
  if (quality) return QUALITY_WORDS[quality] ?? t("quality {code}", { code: quality });
  if (past) {
    const bound = `${past.name} ${formatNumber(past.bound, signal.decimals)}`;
    return `${SIGNS[past.name]} ${t("past {bound}", { bound })}`;
  }
  if (suppressed) return t("limits suppressed");
  const parts = [];
  if (bounds?.l != null) parts.push(`L ${formatNumber(bounds.l, signal.decimals)}`);
  if (bounds?.h != null) parts.push(`H ${formatNumber(bounds.h, signal.decimals)}`);
  return parts.join(" · ") || t("no limits set");
}
