// The way back from a dossier to the selection of malfunctions that one came from.
import { link } from "./alarm_dom.mjs";
import { t } from "./words.mjs";

const KEY = "meltwatch-malfunctions";
const LIST = "/malfunctions";

/** The list's address lives in its query: kept when somebody follows a link from there to a dossier. */
document.addEventListener(
  "click",
  ({ target }) => {
    const followed = target instanceof Element && target.closest("a[href]");
    if (!followed || location.pathname !== LIST) return;
    if (new URL(followed.href).pathname.startsWith(`${LIST}/`)) sessionStorage.setItem(KEY, location.search);
  },
  true,
);

export function backLink() {
  return link(`← ${t("Malfunctions")}`, `${LIST}${selection()}`, "button");
}

/** In a new tab there is no session yet, but the page that it was opened from. */
function selection() {
  const from = document.referrer && new URL(document.referrer);
  if (from && from.origin === location.origin && from.pathname === LIST) return from.search;
  return sessionStorage.getItem(KEY) ?? "";
}
