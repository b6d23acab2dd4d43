// What keys do on the page that is shown; asked for by "?" or by the button in the header.
import { ask } from "./alarm_dialog.mjs";
import { button, make } from "./alarm_dom.mjs";

const CHART = [
  ["← →", "move the cross-hair of the chart that has the focus; with Shift ten times as far"],
  ["+ −", "zoom in, zoom out"],
  ["0", "show everything"],
  ["Space", "pause, and live again"],
];
const PLAYBACK = [
  ["Space", "play, pause"],
  ["← →", "10 seconds back, on; with Shift a minute; with Ctrl to the next event"],
];
const KEYS = {
  alarms: [
    ["↑ ↓", "move in the list"],
    ["Space", "select or unselect; Shift+Space up to here"],
    ["A", "acknowledge what is selected, else the alarm under the keyboard"],
    ["S", "shelve it"],
    ["/", "filter by text; Esc leaves it"],
    ["Esc", "unselect all"],
  ],
  extruder: CHART,
  playback: PLAYBACK,
  scope: [...CHART, ["↑ ↓", "next line"], ["Enter", "pin the line that stands out"]],
  malfunctions: [["Enter", "open the malfunction under the keyboard"]],
};
const EVERYWHERE = [
  ["Tab", "to the next button, link or chart"],
  ["Enter", "press it, follow it"],
  ["Esc", "leave a dialog"],
  ["?", "these keys"],
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
  return ask({ title: "Keys", controls: [list] });
}

/** Listen to "?", and put a button for it before an element of the header. */
export function startKeysHelp(before) {
  const help = button("?", () => void showKeys(), "button button--keys");
  help.title = "Keys of this page";
  help.setAttribute("aria-label", "Keys of this page");
  before.before(help);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(WRITES) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    void showKeys();
  });
}
