// The clock of the plant in the header.
import { formatTime } from "./format.mjs";

export function startHeader(shell, clock, settings) {
  const element = shell.querySelector("#mw-clock");
  const zone = new Intl.DateTimeFormat("en-GB", { timeZone: settings.timeZone, timeZoneName: "short" })
    .formatToParts()
    .find((part) => part.type === "timeZoneName").value;
  setInterval(() => {
    element.textContent = `${formatTime(clock.now(), settings.timeZone)} ${zone}`;
  }, 250);
}
