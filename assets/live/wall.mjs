// A wall display: /?wall=20 shows the plant in large type, a screenful of cards for 20 s each.

const USUAL_S = 20;
const LEAST_S = 5;
const MOST_S = 3600;

/** Seconds per screenful that the address asks for, 0 if this is no wall display. */
export function wallSeconds(search = location.search) {
  const value = new URLSearchParams(search).get("wall");
  if (value === null) return 0;
  const seconds = Number(value);
  return seconds >= LEAST_S && seconds <= MOST_S ? seconds : USUAL_S;
}

/** Where to go on from `top`: a screenful less one row's rest, and from the end to the top. */
export function nextTop(top, visible, whole) {
  const last = whole - visible;
  if (last <= 1 || top >= last - 1) return 0;
  return Math.min(last, top + visible);
}

export class Wall {
  /** @param {number} seconds see wallSeconds */
  constructor(seconds) {
    this._needing = 0;
    document.documentElement.dataset.wall = "on";
    this._timer = setInterval(() => this._turn(), seconds * 1000);
    this._awake = () => document.hidden || navigator.wakeLock?.request("screen").catch(() => {});
    this._awake(); // the lock is lost whenever the page is hidden
    document.addEventListener("visibilitychange", this._awake);
  }

  /** What needs somebody comes first: when there is more of it, show it at once. */
  update(needing) {
    if (needing > this._needing) scrollTo(0, 0);
    this._needing = needing;
  }

  destroy() {
    clearInterval(this._timer);
    document.removeEventListener("visibilitychange", this._awake);
    delete document.documentElement.dataset.wall;
  }

  _turn() {
    const bar = document.getElementById("mw-alarm-bar")?.offsetHeight ?? 0;
    const top = nextTop(scrollY, innerHeight - bar, document.documentElement.scrollHeight - bar);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    scrollTo({ top, behavior: calm ? "instant" : "smooth" });
  }
}
