// Draws lines into an array of pixels: the work is in pixels, hardly in points, and needs no GPU.
import { USABLE } from "./window_buffer.mjs";

/**
 * Where a line's steps and values lie, in px of the raster.
 * @typedef {object} Place
 * @property {number} from first step
 * @property {number} to last step
 * @property {number} x of the first step
 * @property {number} stepPx
 * @property {number} low value at `bottom`
 * @property {number} valuePx px per unit
 * @property {number} top rows above are left alone
 * @property {number} bottom rows from here on are left alone
 */

export class Raster {
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.image = new ImageData(width, height);
    this._pixels = new Uint32Array(this.image.data.buffer);
    this._bytes = this.image.data;
  }

  clear() {
    this._pixels.fill(0);
  }

  /**
   * Each column of pixels gets the lowest to the highest point that the line has in it.
   * @param {import("./window_buffer.mjs").WindowBuffer} buffer
   * @param {number} slot
   * @param {Place} place
   * @param {number[]} color sRGB, 0…255
   * @param {number} thickness px
   */
  line(buffer, slot, place, color, thickness) {
    const { values, qualities, slots } = buffer;
    const { low, valuePx, bottom, stepPx } = place;
    const base = slot * slots;
    const end = base + slots;
    this._begin(place, color, thickness);
    let at = base + (place.from % slots);
    let x = place.x;
    let lastX = 0;
    let lastY = 0;
    let run = 0;
    let column = 0;
    let min = 0;
    let max = 0;
    for (let step = place.from; step <= place.to; step += 1) {
      const value = values[at];
      if (qualities[at] <= USABLE && value === value) {
        const y = bottom - (value - low) * valuePx;
        const here = Math.floor(x);
        if (run === 0) {
          column = here;
          min = max = y;
        } else if (here === column) {
          if (y < min) min = y;
          else if (y > max) max = y;
        } else {
          const slope = (y - lastY) / (x - lastX);
          while (column < here) {
            const edge = lastY + (column + 1 - lastX) * slope;
            this._column(column, edge < min ? edge : min, edge > max ? edge : max);
            min = max = edge;
            column += 1;
          }
          if (y < min) min = y;
          if (y > max) max = y;
        }
        lastX = x;
        lastY = y;
        run += 1;
      } else if (run > 0) {
        this._end(column, min, max, run);
        run = 0;
      }
      x += stepPx;
      at += 1;
      if (at === end) at = base;
    }
    if (run > 0) this._end(column, min, max, run);
  }

  _begin({ top, bottom }, [r, g, b], thickness) {
    this._top = Math.max(0, top);
    this._bottom = Math.min(this.height, bottom);
    this._half = thickness / 2;
    this._color = r | (g << 8) | (b << 16);
    this._solid = (this._color | 0xff000000) >>> 0;
  }

  /** A reading between two gaps is a dot. */
  _end(column, min, max, run) {
    this._column(column, min, max);
    if (run === 1) this._column(column + 1, min, max);
  }

  _column(x, min, max) {
    if (x < 0 || x >= this.width) return;
    const from = Math.max(this._top, min - this._half);
    const to = Math.min(this._bottom, max + this._half);
    if (!(to > from)) return;
    const first = Math.floor(from);
    const last = Math.floor(to);
    let at = first * this.width + x;
    if (first === last) {
      this._blend(at, to - from);
      return;
    }
    this._blend(at, first + 1 - from);
    for (let y = first + 1; y < last; y += 1) this._pixels[(at += this.width)] = this._solid;
    if (to > last) this._blend(at + this.width, to - last);
  }

  /** Over what is there; alpha is not premultiplied in ImageData. */
  _blend(at, cover) {
    const below = this._pixels[at];
    if (below === 0) {
      this._pixels[at] = (this._color | ((cover * 255) << 24)) >>> 0;
      return;
    }
    const byte = at * 4;
    const rest = (this._bytes[byte + 3] / 255) * (1 - cover);
    const alpha = cover + rest;
    for (let i = 0; i < 3; i += 1) {
      const source = (this._color >> (8 * i)) & 255;
      this._bytes[byte + i] = (source * cover + this._bytes[byte + i] * rest) / alpha;
    }
    this._bytes[byte + 3] = alpha * 255;
  }
}
