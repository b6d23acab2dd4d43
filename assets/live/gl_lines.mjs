// Many lines on one uniform time grid, drawn by the GPU from a ring of bins in a texture.
import { segmentIndices, useProgram } from "./gl_program.mjs";
import { GlRing } from "./gl_ring.mjs";

/** Software that calls itself a GPU; a 2D canvas is faster than all of them. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render|microsoft basic/i;
const BYTES_PER_LINE = 16;
/** Segments of a line that are ready to be drawn at first; more are made when needed. */
const SEGMENTS = 2048;
/** Half the width of a lone reading between two gaps, in half line widths. */
const DOT = 1.7;

/** @param {WebGL2RenderingContext} gl */
export function isSoftware(gl) {
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  return SOFTWARE.test(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? "");
}

/** Work per frame depends on neither lines nor points, but for what is new. */
export class GlLines {
  /**
   * @param {HTMLCanvasElement | OffscreenCanvas} canvas whose size the caller sets, device px
   * @param {{lines: number, slots: number, allowSoftware?: boolean}} options
   * @returns {GlLines | null} null where there is no WebGL2, or (unless allowed) only a software
   *   GPU, or where that many lines do not fit into a texture
   */
  static create(canvas, { lines, slots, allowSoftware = false }) {
    const gl = canvas.getContext("webgl2", {
      alpha: true, antialias: false, depth: false, stencil: false,
      failIfMajorPerformanceCaveat: !allowSoftware,
    });
    if (!gl || (!allowSoftware && isSoftware(gl))) return null;
    const largest = gl.getParameter(gl.MAX_TEXTURE_SIZE);
    const ring = new GlRing(lines, slots, Math.min(largest, 4096));
    return ring.width > largest ? null : new GlLines(canvas, gl, ring);
  }

  constructor(canvas, gl, ring) {
    this.canvas = canvas;
    this.lost = false;
    /** Called when the context is lost, and when lines can be drawn again. */
    this.onLost = () => {};
    this.onRestored = () => {};
    this._gl = gl;
    this._ring = ring;
    this._colors = new Uint32Array(ring.lines).fill(0xff000000);
    this._u = new Float32Array(16);
    this._instances(Math.max(64, ring.lines));
    this._losing = (event) => this._lose(event);
    this._restoring = () => this._restore();
    canvas.addEventListener("webglcontextlost", this._losing);
    canvas.addEventListener("webglcontextrestored", this._restoring);
    this._prepare();
  }

  destroy() {
    this.canvas.removeEventListener("webglcontextlost", this._losing);
    this.canvas.removeEventListener("webglcontextrestored", this._restoring);
    this.lost = true;
    this._gl.deleteTexture(this._texture);
    this._gl.deleteBuffer(this._buffer);
    this._gl.deleteBuffer(this._indices);
    this._gl.deleteProgram(this._program);
  }

  /** @param {number} line @param {number[]} color red, green, blue, alpha, each 0…1 */
  setColor(line, [r, g, b, a = 1]) {
    const byte = (share) => Math.round(Math.min(1, Math.max(0, share)) * 255);
    this._colors[line] = (byte(r) | (byte(g) << 8) | (byte(b) << 16) | (byte(a) << 24)) >>> 0;
  }

  /**
   * Consecutive steps from `step` (counted from 0, whole); earlier ones are overwritten, those
   * older than the ring are ignored, steps left out are gaps.
   * @param {ArrayLike<number>} values NaN is a gap
   */
  write(line, step, values) {
    this._ring.write(line, step, values);
  }

  /** Make a line's steps gaps. */
  clear(line) {
    this._ring.clear(line);
  }

  /** Forget everything: needed before steps that are older than the ring. */
  reset() {
    this._ring.reset();
  }

  /** Once per frame, before `draw`. @param {number[]} clearColor not premultiplied, 0…1 */
  begin([r, g, b, a] = [0, 0, 0, 0]) {
    this._used = 0;
    if (this.lost) return;
    this._gl.clearColor(r * a, g * a, b * a, a);
    this._gl.clear(this._gl.COLOR_BUFFER_BIT);
  }

  /**
   * Draw lines into a rectangle; one draw call. All px are device px, from the canvas's top left.
   * @param {object} options
   * @param {number} options.x
   * @param {number} options.y
   * @param {number} options.width
   * @param {number} options.height
   * @param {number} options.firstStep at the left edge; may be a fraction
   * @param {number} options.lastStep at the right edge
   * @param {number} options.headStep newest step to draw
   * @param {number} options.oldestStep
   * @param {ArrayLike<number>} options.lines to draw, the last on top
   * @param {ArrayLike<number>} options.ranges low and high of each, at bottom and top
   * @param {number} [options.widthPx]
   * @param {number} [options.alpha] pixels where segments of one line meet get a little more of it
   */
  draw(options) {
    if (this.lost) return;
    const { x, y, width, height, firstStep, lastStep, lines } = options;
    const stepPx = width / (lastStep - firstStep);
    const index = this._ring.levelOf(1 / stepPx);
    const level = this._ring.levels[index];
    const oldest = Math.max(options.oldestStep, this._ring.oldest, firstStep - level.bin);
    const from = Math.floor(oldest / level.bin);
    const newest = Math.min(options.headStep, this._ring.head);
    const to = Math.floor(Math.min(newest, Math.ceil(lastStep) + level.bin) / level.bin);
    if (!(to >= from) || lines.length === 0 || !(width > 0) || !(height > 0)) return;
    this._send(index);
    this._describe(level, from, to, stepPx, options);
    this._u[15] = (newest - firstStep) * stepPx;
    this._gl.uniform4fv(this._uLocation, this._u);
    this._bindLines(lines, options.ranges);
    this._gl.viewport(x, this.canvas.height - y - height, width, height);
    const segments = (to - from + 1) * (level.bin > 1 ? 2 : 1);
    if (segments > this._segments) this._indexSegments(2 * segments);
    const { TRIANGLES, UNSIGNED_INT } = this._gl;
    this._gl.drawElementsInstanced(TRIANGLES, segments * 6, UNSIGNED_INT, 0, lines.length);
  }

  /** Steps stay here, where numbers are double: the GPU gets px and places in the ring. */
  _describe(level, from, to, stepPx, { firstStep, width, height, widthPx = 1.4, alpha = 1 }) {
    const { _u: u, _ring: ring } = this;
    u[0] = width;
    u[1] = height;
    u[2] = widthPx / 2;
    u[4] = (from * level.bin + (level.bin - 1) / 2 - firstStep) * stepPx;
    u[5] = level.bin * stepPx;
    u[6] = from % level.size;
    u[7] = level.size;
    u[8] = to - from + 1;
    u[9] = level.offset;
    u[10] = ring.height;
    u[11] = ring.lines;
    u[12] = alpha;
    u[13] = level.bin > 1 ? 1 : 0;
    u[14] = (DOT * widthPx) / 2;
  }

  /** Draws of a frame come in the same order each time, so their lines mostly lie there already. */
  _bindLines(lines, ranges) {
    const gl = this._gl;
    const at = this._used;
    this._used += lines.length;
    if (this._used * BYTES_PER_LINE > this._words.byteLength) this._grow();
    if (this._place(at, lines, ranges)) {
      gl.bufferSubData(gl.ARRAY_BUFFER, at * BYTES_PER_LINE, this._words, at * 4, lines.length * 4);
    }
    gl.vertexAttribIPointer(0, 4, gl.UNSIGNED_INT, 0, at * BYTES_PER_LINE);
  }

  /** @returns {boolean} whether anything differs from what lay there */
  _place(at, lines, ranges) {
    const { _words: words, _floats: floats, _colors: colors } = this;
    let changed = false;
    for (let i = 0, to = at * 4; i < lines.length; i += 1, to += 4) {
      const low = Math.fround(ranges[i * 2]);
      const scale = Math.fround(1 / (ranges[i * 2 + 1] - ranges[i * 2]));
      const line = lines[i];
      if (floats[to] === low && floats[to + 1] === scale &&
        words[to + 2] === colors[line] && words[to + 3] === line) continue;
      changed = true;
      floats[to] = low;
      floats[to + 1] = scale;
      words[to + 2] = colors[line];
      words[to + 3] = line;
    }
    return changed;
  }

  _instances(count) {
    this._words = new Uint32Array(count * 4);
    this._floats = new Float32Array(this._words.buffer);
    this._used = 0;
  }

  _grow() {
    const before = this._words;
    const used = this._used;
    this._instances(2 * used);
    this._words.set(before);
    this._used = used;
    this._gl.bufferData(this._gl.ARRAY_BUFFER, this._words, this._gl.DYNAMIC_DRAW);
  }

  _indexSegments(count) {
    const gl = this._gl;
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, segmentIndices(count), gl.STATIC_DRAW);
    this._segments = count;
  }

  /** Upload what is new on a level. */
  _send(index) {
    const ring = this._ring;
    ring.refresh(index);
    const level = ring.levels[index];
    const { unsent } = level;
    if (unsent.empty) return;
    const whole = unsent.to - unsent.from + 1 >= level.size;
    let bin = whole ? 0 : unsent.from;
    const to = whole ? level.size - 1 : unsent.to;
    while (bin <= to) bin += this._sendRun(level, bin, to, unsent);
    unsent.clear();
  }

  /** @returns {number} bins sent: up to the end of the ring, or of the texture's height */
  _sendRun(level, bin, to, { line0, line1 }) {
    const { _gl: gl, _ring: ring } = this;
    const place = bin % level.size;
    const row = level.offset + place;
    const fold = Math.floor(row / ring.height);
    const y = row - fold * ring.height;
    const bins = Math.min(to - bin + 1, level.size - place, ring.height - y);
    const x = fold * ring.lines + line0;
    gl.texSubImage2D(
      gl.TEXTURE_2D, 0, x, y, line1 - line0 + 1, bins, gl.RG_INTEGER, gl.UNSIGNED_INT,
      ring.words, (y * ring.width + x) * 2,
    );
    return bins;
  }

  _prepare() {
    const gl = this._gl;
    this._program = useProgram(gl);
    this._uLocation = gl.getUniformLocation(this._program, "u");
    this._texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, this._texture);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RG32UI, this._ring.width, this._ring.height);
    gl.pixelStorei(gl.UNPACK_ROW_LENGTH, this._ring.width);
    this._buffer = gl.createBuffer();
    gl.bindBuffer(gl.ARRAY_BUFFER, this._buffer);
    gl.bufferData(gl.ARRAY_BUFFER, this._words, gl.DYNAMIC_DRAW);
    this._indices = gl.createBuffer();
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, this._indices);
    this._indexSegments(SEGMENTS);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribDivisor(0, 1);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  }

  _lose(event) {
    // Without this the browser never gives the context back.
    event.preventDefault();
    this.lost = true;
    this.onLost();
  }

  _restore() {
    this._ring.resend();
    this._prepare();
    this.lost = false;
    this.onRestored();
  }
}
