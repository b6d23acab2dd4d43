// Which renderer draws lines: the GPU where there is one, else a 2D canvas, which software draws faster.
import { GlLines } from "./gl_lines.mjs";

/**
 * Lines drawn by the GPU, where that is the better choice. `?renderer=gl` or `?renderer=canvas` in
 * the address decides otherwise, for tests and support.
 * @param {HTMLCanvasElement | OffscreenCanvas} canvas without a context
 * @param {{lines: number, slots: number}} options
 * @param {string} [search] of the address
 * @returns {GlLines | null} null for a 2D canvas
 */
export function chooseLines(canvas, options, search = location.search) {
  const wanted = new URLSearchParams(search).get("renderer");
  if (wanted === "canvas") return null;
  try {
    return GlLines.create(canvas, { ...options, allowSoftware: wanted === "gl" });
  } catch (error) {
    // A driver that cannot do what it says must not take the trends away.
    console.warn("no lines by WebGL:", error);
    return null;
  }
}
