// A mark on the way to the System page, on every page, while the guard finds something urgent.
import { Poll } from "./alarm_poll.mjs";
import { plural, t } from "./words.mjs";

const POLL_MS = 60_000;
/** Critical and high. */
const URGENT = 2;

export function startGuardMark(shell) {
  const link = shell.querySelector('a[href="/system"]');
  return new Poll("/system/guard", POLL_MS, (body) => body && mark(link, body.findings));
}

function mark(link, findings) {
  const urgent = findings.filter((one) => one.priority <= URGENT).length;
  if (!urgent) {
    for (const name of ["data-mw-findings", "aria-label", "title"]) link.removeAttribute(name);
    return;
  }
  const words = plural("{n} urgent finding about the store", "{n} urgent findings about the store", urgent);
  link.dataset.mwFindings = urgent;
  link.title = words;
  link.setAttribute("aria-label", `${t("System")}: ${words}`);
}
