// The shaders of GlLines: a line's segments are made in the vertex shader from bins in a texture.

/** Of `u`, four vectors: see `draw` of gl_lines.mjs. */
const VERTEX = `#version 300 es
precision highp float;
precision highp int;
precision highp usampler2D;
uniform usampler2D ring;
uniform vec4 u[4];
layout(location = 0) in uvec4 line; // low and 1 / (high - low) as bits, colour, index
out vec2 at;
flat out vec2 shape;
flat out vec4 colour;

const uint EMPTY = 0xffffffffu;
const float FAR = 16384.0;

uvec2 bin(int i) {
  if (i < 0 || i >= int(u[2].x)) return uvec2(EMPTY);
  int size = int(u[1].w);
  int place = int(u[1].z) + i;
  int row = int(u[2].y) + (place < size ? place : place - size);
  int height = int(u[2].z);
  int fold = row / height;
  return texelFetch(ring, ivec2(int(line.w) + fold * int(u[2].w), row - fold * height), 0).xy;
}

// A line is a row of points: its bins' values or, where bins hold pairs, two for each bin.
// Those lie a quarter of a bin to either side, so that a slope stays straight.
vec2 pointOf(float place, uint bits) {
  float share = (uintBitsToFloat(bits) - uintBitsToFloat(line.x)) * uintBitsToFloat(line.y);
  // A bin that is still filling must not lie ahead of its newest step, out of sight.
  return vec2(min(u[1].x + place * u[1].y, u[3].w), clamp(share * u[0].y, -FAR, FAR));
}

bool joined(uvec2 left, uvec2 right) {
  return left.x != EMPTY && right.x != EMPTY && (left.y & 1u) == 0u;
}

// How far a segment reaches past an end. Where lines go straight on it must not, or pixels drawn
// twice would make edges heavier than a 2D canvas does; round a corner it fills the wedge.
float capOf(bool goesOn, vec2 along, vec2 next, float reach) {
  float turn = dot(along, next) / max(length(next), 1e-6);
  return goesOn && turn > 0.0 ? reach * sqrt(max(0.0, 1.0 - turn) / (1.0 + turn)) : reach;
}

void main() {
  int n = gl_VertexID >> 2;
  bool pairs = u[3].y > 0.5;
  bool within = pairs && (n & 1) == 1;
  int i = pairs ? n >> 1 : n;
  float x = float(i);
  uvec2 own = bin(i);
  uvec2 last = bin(i - 1);
  uvec2 other = within || !pairs ? bin(i + 1) : own;
  // The segment from b to c, with its neighbours' far ends a and d.
  vec2 a, b, c, d;
  bool drawn, fromA, toD;
  gl_Position = vec4(2.0, 2.0, 2.0, 1.0);
  if (own.x == EMPTY) return;
  if (!pairs) {
    uvec2 first = bin(i - 2);
    a = pointOf(x - 2.0, first.x);
    b = pointOf(x - 1.0, last.x);
    c = pointOf(x, own.x);
    d = pointOf(x + 1.0, other.x);
    drawn = joined(last, own);
    fromA = joined(first, last);
    toD = joined(own, other);
  } else if (within) {
    a = pointOf(x - 0.75, last.y);
    b = pointOf(x - 0.25, own.x);
    c = pointOf(x + 0.25, own.y);
    d = pointOf(x + 0.75, other.x);
    drawn = true;
    fromA = joined(last, own);
    toD = joined(own, other);
  } else {
    a = pointOf(x - 1.25, last.x);
    b = pointOf(x - 0.75, last.y);
    c = pointOf(x - 0.25, own.x);
    d = pointOf(x + 0.25, own.y);
    drawn = fromA = toD = joined(last, own);
  }
  if (!drawn) {
    // A reading between two gaps has no segment to be seen by: it becomes a short dash.
    if (pairs || toD) return;
    b = c - vec2(u[3].z, 0.0);
    c.x += u[3].z;
    fromA = false;
  }
  float reach = u[0].z + 0.5;
  float span = distance(b, c);
  if (span < 1e-4) return;
  vec2 along = (c - b) / span;
  bool far = (gl_VertexID & 1) == 1;
  bool left = (gl_VertexID & 2) == 2;
  float cap = far ? capOf(toD, along, d - c, reach) : capOf(fromA, along, b - a, reach);
  at = vec2(far ? span + cap : -cap, left ? reach : -reach);
  shape = vec2(span, reach);
  vec4 given = vec4((uvec4(line.z) >> uvec4(0u, 8u, 16u, 24u)) & 255u) / 255.0;
  colour = vec4(given.rgb, 1.0) * (given.a * u[3].x);
  vec2 px = b + along * at.x + vec2(-along.y, along.x) * at.y;
  gl_Position = vec4(px / u[0].xy * 2.0 - 1.0, 0.0, 1.0);
}`;

/** Corners of segments: two triangles over four vertices. */
export function segmentIndices(count) {
  const indices = new Uint32Array(count * 6);
  for (let n = 0, at = 0; n < count; n += 1) {
    for (const corner of [0, 1, 3, 0, 3, 2]) indices[at++] = n * 4 + corner;
  }
  return indices;
}

/** Round ends and smooth edges by the distance from the segment, the same on every GPU. */
const FRAGMENT = `#version 300 es
precision highp float;
in vec2 at;
flat in vec2 shape;
flat in vec4 colour;
out vec4 pixel;
void main() {
  float away = length(vec2(at.x - clamp(at.x, 0.0, shape.x), at.y));
  pixel = colour * clamp(shape.y - away, 0.0, 1.0);
}`;

/** @param {WebGL2RenderingContext} gl @returns {WebGLProgram} in use */
export function useProgram(gl) {
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = gl.getAttachedShaders(program).map((shader) => gl.getShaderInfoLog(shader));
    throw new Error(`shaders: ${gl.getProgramInfoLog(program)} ${logs.join(" ")}`);
  }
  gl.useProgram(program);
  return program;
}
