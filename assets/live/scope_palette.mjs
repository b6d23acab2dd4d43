// Colours for many lines, even to the eye (OKLCH); red and amber are left to alarms (ISA-101).

/** Hues from green over blue to pink, degrees; the rest of the circle means that something is wrong. */
const FROM = 135;
const ARC = 215;
const CHROMA = 0.12;
/** Neighbours in hue differ in lightness. */
const LIGHTNESS = { light: [0.48, 0.6, 0.38], dark: [0.74, 0.86, 0.64] };
/** Share of the arc between one colour and the next: neighbours in a list lie far apart. */
const STRIDE = 0.382;

/**
 * @param {number} count of colours
 * @param {boolean} dark ground
 * @returns {[number, number, number][]} sRGB, 0…255; the same for the same count
 */
export function palette(count, dark) {
  const tones = LIGHTNESS[dark ? "dark" : "light"];
  const stride = strideOf(count);
  return Array.from({ length: count }, (_, index) => {
    const place = (index * stride) % count;
    const hue = FROM + (ARC * place) / Math.max(1, count);
    return oklch(tones[place % tones.length], CHROMA, hue);
  });
}

/** @param {[number, number, number]} rgb @returns {string} for CSS and canvases */
export function css([r, g, b]) {
  return `rgb(${r} ${g} ${b})`;
}

/** Near the golden section and without a divisor in common, so that every place is used once. */
function strideOf(count) {
  let stride = Math.max(1, Math.round(count * STRIDE));
  while (gcd(stride, count) !== 1) stride += 1;
  return stride;
}

function gcd(a, b) {
  return b ? gcd(b, a % b) : a;
}

/** Less chroma until sRGB can show it: clipping channels would change the hue. */
function oklch(lightness, chroma, hue) {
  for (let c = chroma; ; c -= 0.01) {
    const rgb = linear(lightness, c, (hue * Math.PI) / 180);
    if (c <= 0.01 || rgb.every((x) => x >= 0 && x <= 1)) return rgb.map(encode);
  }
}

/** Björn Ottosson's matrices, https://bottosson.github.io/posts/oklab/. */
function linear(lightness, chroma, angle) {
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

function encode(x) {
  const clipped = Math.min(1, Math.max(0, x));
  const curved = clipped <= 0.0031308 ? 12.92 * clipped : 1.055 * clipped ** (1 / 2.4) - 0.055;
  return Math.round(255 * curved);
}
