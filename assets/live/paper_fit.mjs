// What keeps the width of the screen on paper, as drawn charts and grids do, is made smaller there.

/** Inside of A4 landscape with the margins of print.css, less the frame and ground of a card; px at 96 dpi. */
const PAPER_PX = 980;

/**
 * @param {HTMLElement} root
 * @param {string} selector of what is to fit
 * @returns {{destroy: () => void}}
 */
export function fitPaper(root, selector) {
  const stop = new AbortController();
  let fitted = [];

  function before() {
    fitted = [...root.querySelectorAll(selector)].filter((part) => part.offsetWidth > 0);
    const widths = fitted.map((part) => part.offsetWidth); // all before the first change
    fitted.forEach((part, index) => {
      part.style.setProperty("--paper-width", `${widths[index]}px`);
      part.style.setProperty("--paper-zoom", Math.min(1, PAPER_PX / widths[index]));
    });
  }

  function after() {
    for (const part of fitted) {
      for (const name of ["--paper-width", "--paper-zoom"]) part.style.removeProperty(name);
    }
    fitted = [];
  }

  addEventListener("beforeprint", before, { signal: stop.signal });
  addEventListener("afterprint", after, { signal: stop.signal });
  return { destroy: () => stop.abort() };
}
