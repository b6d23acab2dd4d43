// The bytes of a window on the wire; docs/window_codec.md describes them, data/window_codec.py
// is the twin.

const MAGIC = "MWW1";
const HEADER_SIZE = 64;
const DELTA = 1;

/**
 * A snapshot or delta of one extruder. Times are ms since the epoch UTC, -1 never; `values` and
 * `quality` are row-major (steps × signals), oldest step first, and views of the message's bytes.
 * @typedef {object} WindowMessage
 * @property {number} extruder
 * @property {number} stepMs
 * @property {number} firstTs
 * @property {number} headTs
 * @property {number} servedTs
 * @property {number} checkedTs
 * @property {number} revision
 * @property {number} catalogue
 * @property {boolean} delta
 * @property {number} signals
 * @property {number} steps
 * @property {Float32Array} values
 * @property {Uint8Array} quality
 */

/**
 * @param {ArrayBuffer} body
 * @returns {WindowMessage}
 * @throws {Error} for bytes that are no message of this version
 */
export function decode(body) {
  const view = new DataView(body);
  if (body.byteLength < HEADER_SIZE || magic(view) !== MAGIC) {
    throw new Error("not a window message of this version");
  }
  const start = view.getUint16(4, true);
  const signals = view.getUint16(6, true);
  const steps = view.getUint32(8, true);
  const cells = steps * signals;
  const expected = start + 5 * cells;
  if (start < HEADER_SIZE || body.byteLength !== expected) {
    throw new Error(`window message of ${body.byteLength} bytes, expected ${expected}`);
  }
  return { ...header(view), signals, steps, ...cellsOf(body, start, cells) };
}

function magic(view) {
  return String.fromCharCode(...[0, 1, 2, 3].map((at) => view.getUint8(at)));
}

function header(view) {
  return {
    stepMs: view.getUint32(12, true),
    firstTs: view.getFloat64(16, true),
    headTs: view.getFloat64(24, true),
    servedTs: view.getFloat64(32, true),
    checkedTs: view.getFloat64(40, true),
    revision: view.getUint32(48, true),
    extruder: view.getUint32(52, true),
    catalogue: view.getUint32(56, true),
    delta: (view.getUint32(60, true) & DELTA) !== 0,
  };
}

function cellsOf(body, start, cells) {
  // A later header may end anywhere, a Float32Array must start at a multiple of four.
  const aligned = start % 4 === 0;
  const values = aligned
    ? new Float32Array(body, start, cells)
    : new Float32Array(body.slice(start, start + 4 * cells));
  return { values, quality: new Uint8Array(body, start + 4 * cells, cells) };
}
