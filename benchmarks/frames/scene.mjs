// What every contestant draws.

export const WIDTH = 1000;
export const HEIGHT = 400;
export const START = 1_700_000_000;

/** Value of a line at a step, within −1…1: slow waves at their own height, with noise. */
export function wave(line, step) {
  const noise = ((step * 7919 + line * 104729) % 1000) / 1000 - 0.5;
  return 0.8 * Math.sin(line * 1.7) + 0.12 * Math.sin(step / 40 + line) + 0.04 * noise;
}

export function canvasIn(host) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: WIDTH, height: HEIGHT });
  host.append(canvas);
  return canvas;
}
