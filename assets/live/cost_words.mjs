// Counts, bytes, seconds and money of the panel Cost as texts.
import { NO_VALUE } from "./format.mjs";
import { grouped, locale } from "./words.mjs";

const tenths = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** @param {number} value @returns {string} "0", "0.3", "12", "12,345" */
export function countText(value) {
  if (!Number.isFinite(value)) return NO_VALUE;
  if (value > 0 && value < 0.05) return `< ${tenths.format(0.1)}`;
  return value < 10 ? tenths.format(value) : grouped(value);
}

/** @param {number} bytes @returns {string} kB */
export function kiloText(bytes) {
  return countText(bytes / 1000);
}

/** @param {number} seconds @returns {string} "0.03", "12.50" */
export function secondsText(seconds) {
  if (!Number.isFinite(seconds)) return NO_VALUE;
  return centsText(seconds, 100);
}

/** @param {number} amount @returns {string} without its currency */
export function moneyText(amount) {
  if (!Number.isFinite(amount)) return NO_VALUE;
  return centsText(amount, 1000);
}

/** Two decimals, and from `most` on none. */
function centsText(value, most) {
  if (value > 0 && value < 0.005) return `< ${cents.format(0.01)}`;
  return value < most ? cents.format(value) : grouped(value);
}

/** @returns {string} "12 ×", or a dash where there is nothing to compare with */
export function ratioText(more, less) {
  if (!(less > 0) || !(more > 0)) return NO_VALUE;
  return `${countText(more / less)} ×`;
}
