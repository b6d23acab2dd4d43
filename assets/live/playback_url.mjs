// Which time a playback shows, in the page's address, so that a link shows the same to a colleague.
import { SPEEDS } from "./playback_clock.mjs";

/** A playback begins so long ago when nothing else is asked. */
export const BACK_MS = 15 * 60_000;
/** Not more than so many ms since the epoch: the year 9999. */
const LATEST = 253_402_300_799_000;

/** @returns {{at: number, speed: number, play: boolean} | null} null: the page is live */
export function readPlayback() {
  const query = new URLSearchParams(location.search);
  const at = query.get("at") ?? "";
  if (!/^\d+$/.test(at) || Number(at) > LATEST) return null;
  const speed = Number(query.get("speed"));
  return { at: Number(at), speed: SPEEDS.includes(speed) ? speed : 1, play: query.has("play") };
}

/** @param {{at: number, speed: number}} position */
export function writePlayback({ at, speed }) {
  const url = addressOf(at, speed);
  if (url !== location.href) history.replaceState(history.state, "", url);
}

/** Open the playback on the page that is shown. @param {number} at ms */
export function enterPlayback(at) {
  go(addressOf(at, 1, true));
}

/** Open the live page of the extruder that is shown. */
export function leavePlayback() {
  const url = new URL(location.href);
  for (const name of ["at", "speed", "play"]) url.searchParams.delete(name);
  go(plain(url));
}

function addressOf(at, speed, play = false) {
  const url = new URL(location.href);
  url.searchParams.set("at", String(Math.round(at)));
  url.searchParams.set("speed", String(speed));
  if (play) url.searchParams.set("play", "1");
  else url.searchParams.delete("play");
  return plain(url);
}

/** Commas stay as people read them in `signals`. */
function plain(url) {
  return url.href.replaceAll("%2C", ",");
}

/** As dcc.Link does: Dash builds the page of the new address. */
function go(href) {
  history.pushState({}, "", href);
  dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
  scrollTo(0, 0);
}
