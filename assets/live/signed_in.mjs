// Who is signed in, told by the server once, and a banner when they are no longer.
import { button, make } from "./alarm_dom.mjs";
import { postJson } from "./posting.mjs";
import { t } from "./words.mjs";

const CHECK_MS = 20_000;
const TIMEOUT_MS = 8000;

/** @type {{auth: string, name: string, role: string, may: string[]} | null} */
let person = null;

/** Who acts, if the server knows; null: nobody signs in here, a name is typed. */
export function signedIn() {
  return person;
}

/** Asks now and then; calls `onKnown` once it is known who it is. */
export function followSession(onKnown) {
  const banner = make("div", "signed-out");
  banner.setAttribute("role", "alert");
  let timer = 0;
  const check = async () => {
    clearTimeout(timer);
    const status = await ask(onKnown);
    if (status === 401) show(banner);
    else if (status === 200) banner.remove();
    clearTimeout(timer);
    if (status !== 200 || person) timer = setTimeout(check, CHECK_MS);
  };
  addEventListener("focus", check); // who comes back to this tab wants to know at once
  check();
}

async function ask(onKnown) {
  try {
    const answer = await fetch("/access/me", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.ok) known(await answer.json(), onKnown);
    return answer.status;
  } catch {
    return 0; // the other banner says that the server does not answer
  }
}

function known(told, onKnown) {
  const before = JSON.stringify(person);
  person = told.auth === "none" ? null : told;
  document.documentElement.classList.toggle("is-scoped", (told.scope ?? []).length > 0);
  if (JSON.stringify(person) !== before) onKnown();
}

function show(banner) {
  if (banner.isConnected) return;
  const link = make("a", "signed-out__link", t("Sign in"));
  link.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
  banner.replaceChildren(
    make("strong", "", `✕ ${t("You are signed out.")}`),
    make("span", "", t("What you see is no longer new.")),
    link,
  );
  document.body.append(banner);
}

/** Ends the session of this browser, and goes to where one signs in. */
export async function signOut() {
  await postJson("/logout", {}, AbortSignal.timeout(TIMEOUT_MS)).catch(() => null);
  location.assign("/login");
}

/** A button of the header that says who is signed in, and signs out. */
export function sessionButton() {
  const element = button("", signOut);
  element.className = "session-button";
  element.hidden = true;
  return {
    element,
    show() {
      element.hidden = !person;
      if (!person) return;
      element.replaceChildren(make("span", "session-button__name", `${person.name} · `), t("sign out"));
      element.title = t("Signed in as {name}, {role}", { name: person.name, role: t(person.role) });
    },
  };
}
