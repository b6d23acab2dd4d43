// A chart on paper: Plotly draws to the width of the screen, which a page does not have.

/**
 * @param {() => HTMLElement | null} find the graph that is to be printed
 * @param {(height: number) => {width: number, height: number}} sizeOf px on paper, from the height
 *   on the screen
 * @returns {{destroy: () => void}}
 */
export function printChart(find, sizeOf) {
  let screen = null;

  function before() {
    const chart = find();
    if (screen || !chart?._fullLayout || !window.Plotly) return;
    const { height } = chart._fullLayout;
    screen = { chart, height };
    draw({ autosize: false, ...sizeOf(height) });
  }

  function after() {
    if (!screen) return;
    draw({ autosize: true, width: null, height: screen.height });
    screen = null;
  }

  /** Drawn before it returns: a promise would be too late for the paper. */
  function draw(size) {
    window.Plotly.relayout(screen.chart, size);
  }

  const stop = new AbortController();
  addEventListener("beforeprint", before, { signal: stop.signal });
  addEventListener("afterprint", after, { signal: stop.signal });
  return { destroy: () => stop.abort() };
}
