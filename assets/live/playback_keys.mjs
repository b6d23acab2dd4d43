// Keys of a playback, wherever the focus is on its page, unless something there uses them itself.

const STEP_MS = 10_000;
const FAR_MS = 60_000;
const WRITES = "input:not([type=range]), select, textarea, [contenteditable]";
const PRESSED = "button, a, summary";

/**
 * @param {{toggle(): void, step(ms: number): void, event(forward: boolean): void}} actions
 * @param {AbortSignal} signal stops listening
 */
export function listenToPlaybackKeys({ toggle, step, event: toEvent }, signal) {
  const move = ({ ctrlKey, shiftKey }, sign) => {
    if (ctrlKey) toEvent(sign > 0);
    else step(sign * (shiftKey ? FAR_MS : STEP_MS));
  };
  const actions = {
    " ": () => toggle(),
    ArrowLeft: (event) => move(event, -1),
    ArrowRight: (event) => move(event, 1),
  };
  const onKey = (event) => {
    const action = actions[event.key];
    if (!action || event.defaultPrevented || event.metaKey || event.altKey) return;
    if (event.target.closest(WRITES) || (event.key === " " && event.target.closest(PRESSED))) return;
    // An open dialog is not of the playback.
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    action(event);
  };
  document.addEventListener("keydown", onKey, { signal });
}
