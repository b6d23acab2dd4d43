// Posts to our own server, with the token that shows that it is one of our own pages that asks.
const COOKIE = "_csrf_token";

/**
 * @param {string} url of our own
 * @param {object} body becomes JSON
 * @param {AbortSignal} signal
 * @returns {Promise<Response>}
 */
export function postJson(url, body, signal) {
  const headers = { "Content-Type": "application/json" };
  const token = csrfToken();
  if (token) headers["X-CSRFToken"] = token;
  return fetch(url, { method: "POST", headers, body: JSON.stringify(body), signal });
}

/** The token of this session, "" where nobody signs in. */
export function csrfToken() {
  const pair = document.cookie.split("; ").find((one) => one.startsWith(`${COOKIE}=`));
  return pair ? decodeURIComponent(pair.slice(COOKIE.length + 1)) : "";
}
