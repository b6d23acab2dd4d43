// The clock of the plant in the header.
import { formatTime, zoneName } from "./format.mjs";

export function startHeader(shell, clock, settings) {
  const element = shell.querySelector("#mw-clock");
  setInterval(() => {
    const now = clock.now();
    element.textContent = `${formatTime(now, settings.timeZone)} ${zoneName(now, settings.timeZone)}`;
  }, 250);
}
