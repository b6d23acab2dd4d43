// What keys do on the page that is shown; asked for by "?" or by the button in the header.
import { ask } from "./alarm_dialog.mjs";
import { button, make } from "./alarm_dom.mjs";
import { t } from "./words.mjs";

const CHART = [
  ["← →", t("move the cross-hair of the chart that has the focus; with Shift ten times as far")],
  ["+ −", t("zoom in, zoom out")],
  ["0", t("show everything")],
  [t("Space"), t("pause, and live again")],
];
const PLAYBACK = [
  [t("Space"), t("play, pause")],
  ["← →", t("10 seconds back, on; with Shift a minute; with Ctrl to the next event")],
];
const KEYS = {
  alarms: [
    ["↑ ↓", t("move in the list")],
    [t("Space"), t("select or unselect; Shift+Space up to here")],
    ["A", t("acknowledge what is selected, else the alarm under the keyboard")],
    ["S", t("shelve it")],
    ["/", t("filter by text; Esc leaves it")],
    ["Esc", t("unselect all")],
  ],
  extruder: CHART,
  playback: PLAYBACK,
  scope: [...CHART, ["↑ ↓", t("next line")], [t("Enter"), t("pin the line that stands out")]],
  malfunctions: [[t("Enter"), t("open the malfunction under the keyboard")]],
};
const EVERYWHERE = [
  ["Tab", t("to the next button, link or chart")],
  [t("Enter"), t("press it, follow it")],
  ["Esc", t("leave a dialog")],
  ["?", t("these keys")],
];
const WRITES = "input:not([type=checkbox]):not([type=range]), select, textarea, [contenteditable]";

/** The keys of the page that is shown. */
export function showKeys() {
  const page = document.querySelector("[data-mw-page]")?.dataset.mwPage ?? "";
  const played = page === "extruder" && new URLSearchParams(location.search).has("at");
  const list = make("dl", "alarm-keys");
  for (const [key, words] of [...(KEYS[played ? "playback" : page] ?? []), ...EVERYWHERE]) {
    list.append(make("dt", "", key), make("dd", "", words));
  }
  return ask({ title: t("Keys"), controls: [list] });
}

/** Listen to "?", and put a button for it before an element of the header. */
export function startKeysHelp(before) {
  const help = button("?", () => void showKeys(), "button button--keys");
  help.title = t("Keys of this page");
  help.setAttribute("aria-label", t("Keys of this page"));
  before.before(help);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(WRITES) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    void showKeys();
  });
}
