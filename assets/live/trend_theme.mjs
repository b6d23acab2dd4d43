// Colours for canvases, read from theme.css, and again when the theme changes.

const VARIABLES = {
  ground: "--raised",
  frame: "--line",
  ink: "--ink",
  label: "--ink-2",
  faint: "--ink-3",
  limit: "--ink-3",
  pointer: "--pointer",
  band: "--band",
  bad: "--bad",
  high: "--high",
  highhigh: "--highhigh",
  surface: "--surface",
  focus: "--focus",
};

/** Reads once per change, never in a frame: computed styles cost a layout. */
export class TrendTheme {
  /** @param {HTMLElement} element where the variables are in force @param {() => void} onChange */
  constructor(element, onChange) {
    this._element = element;
    this._read();
    this._observer = new MutationObserver(() => {
      this._read();
      onChange();
    });
    this._observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  destroy() {
    this._observer.disconnect();
  }

  _read() {
    const style = getComputedStyle(this._element);
    const read = (name) => style.getPropertyValue(name).trim();
    for (const [key, name] of Object.entries(VARIABLES)) this[key] = read(name);
    /** By series number; 0 is unused. */
    this.series = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => (n ? read(`--series-${n}`) : ""));
    this.font = style.fontFamily;
  }
}
