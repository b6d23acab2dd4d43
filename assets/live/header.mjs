// The clock of the plant in the header.
import { formatTime, zoneName } from "./format.mjs";
import { t } from "./words.mjs";

export function startHeader(shell, clock, settings) {
  const element = shell.querySelector("#mw-clock");
  element.dataset.mwPlayed = t("Now"); // said by the style sheet, while something is played back
  setInterval(() => {
    const now = clock.now();
    element.textContent = `${formatTime(now, settings.timeZone)} ${zoneName(now, settings.timeZone)}`;
  }, 250);
}
