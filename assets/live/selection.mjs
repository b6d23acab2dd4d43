// The signals that are shown live in the URL, so that a link shows the same to a colleague.

const KEY = "signals";

/** @returns {Set<string> | null} names of the shown signals; null: all */
export function readSelection() {
  const raw = new URLSearchParams(location.search).get(KEY);
  return raw === null ? null : new Set(raw.split(",").filter(Boolean));
}

/** @param {Iterable<string>} names @param {{name: string}[]} signals all of the extruder */
export function writeSelection(names, signals) {
  const chosen = new Set(names);
  const url = new URL(location.href);
  url.searchParams.delete(KEY);
  const all = signals.every((signal) => chosen.has(signal.name));
  const rest = url.searchParams.toString();
  const mine = all ? "" : `${KEY}=${[...chosen].map(encodeURIComponent).join(",")}`;
  const query = [rest, mine].filter(Boolean).join("&");
  history.replaceState(history.state, "", url.pathname + (query && `?${query}`) + url.hash);
}
