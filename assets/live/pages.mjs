// Mounts a controller on the page that Dash shows, and unmounts it when Dash shows another.

/** Attributes that make a page another one although React kept its nodes. */
const IDENTITY = ["data-mw-page", "data-mw-extruder", "data-mw-catalogue"];

/**
 * @param {Record<string, (root: HTMLElement, context: object) => {destroy(): void}>} controllers
 * @param {(shell: HTMLElement) => object} start called once, when the shell is there
 */
export function followPages(controllers, start) {
  let context = null;
  let mounted = null;

  function check() {
    const shell = document.getElementById("mw-shell");
    if (!shell) return;
    context ??= start(shell);
    const root = shell.querySelector("[data-mw-page]");
    const identity = root && IDENTITY.map((name) => root.getAttribute(name)).join("|");
    if (mounted && mounted.root === root && mounted.identity === identity) return;
    mounted?.controller.destroy();
    mounted = root && { root, identity, controller: controllers[root.dataset.mwPage](root, context) };
  }

  const observer = new MutationObserver(check);
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: IDENTITY,
  });
  check();
}
