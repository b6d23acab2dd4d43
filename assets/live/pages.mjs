// Mounts a controller on the page that Dash shows, and unmounts it when Dash shows another.

/** Attributes that make a page another one although React kept its nodes. */
const IDENTITY = ["data-mw-page", "data-mw-extruder", "data-mw-catalogue"];

const still = () => ({ destroy() {} });

const PATH_CHECK_MS = 3000;

/** A page below another, e.g. a dossier below the malfunctions, is marked at that one's link. */
function markHere(link, path) {
  const href = link.getAttribute("href");
  if (path === href) link.setAttribute("aria-current", "page");
  else if (href !== "/" && path.startsWith(`${href}/`)) link.setAttribute("aria-current", "true");
  else link.removeAttribute("aria-current");
}

/** On a phone the links are moved sideways: the one of this page is never out of sight. */
function showHere(nav) {
  const here = nav.querySelector("[aria-current]");
  if (here) nav.scrollLeft = here.offsetLeft - nav.offsetLeft - (nav.clientWidth - here.clientWidth) / 2;
}

/**
 * @param {Record<string, (root: HTMLElement, context: object) => {destroy(): void}>} controllers
 *   by page; a page without one has nothing that lives
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
    for (const link of shell.querySelectorAll(".nav-link")) {
      markHere(link, root?.dataset.mwPath ?? location.pathname);
    }
    showHere(shell.querySelector("nav"));
    mounted = root && { root, identity, controller: (controllers[root.dataset.mwPage] ?? still)(root, context) };
  }

  // Dash changes the address before it has the page: if the server was away meanwhile, the
  // address names another page than the one shown. Once the server answers, load it.
  setInterval(async () => {
    const path = mounted?.root.dataset.mwPath;
    if (!path || path === location.pathname) return;
    const answer = await fetch("/healthz").catch(() => null);
    const now = document.querySelector("[data-mw-page]")?.dataset.mwPath;
    if (answer?.ok && now === path && path !== location.pathname) location.reload();
  }, PATH_CHECK_MS);

  const observer = new MutationObserver(check);
  observer.observe(document.body, {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: IDENTITY,
  });
  check();
}
