// What people do on the Sources page: who may, and what the server says to it.
import { whoActs } from "./alarm_person.mjs";
import { postJson } from "./posting.mjs";
import { signedIn } from "./signed_in.mjs";
import { t } from "./words.mjs";

/** A test takes 10 s, and who does it answers then. */
const TIMEOUT_MS = 16_000;

/** Whether who sits here may test and map; where nobody signs in everybody may. */
export function mayWork() {
  return signedIn()?.may.includes("sources") ?? true;
}

/**
 * @param {"test" | "map" | "unmap"} what
 * @param {object} body
 * @returns {Promise<string>} empty if done, else why not; `done` is told what came of it
 */
export async function post(what, body, done = () => {}) {
  const name = await whoActs();
  if (!name) return t("nobody has said who acts");
  try {
    const answer = await postJson(`/sources/${what}`, { ...body, name }, AbortSignal.timeout(TIMEOUT_MS));
    const said = await answer.json().catch(() => ({}));
    if (!answer.ok) return said.error || t("the server answered {status}", { status: answer.status });
    done(said.done);
    return "";
  } catch {
    return t("the server does not answer");
  }
}
