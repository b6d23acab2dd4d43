// What people read, in the page's language: the scripts say English, and `t` finds the same in it.
const ENGLISH = { one: {}, several: {}, form: (n) => +(n !== 1) };

/** BCP 47, as the server has written it into the page. */
export const language = globalThis.document?.documentElement.lang || "en";

const words = language === "en" ? ENGLISH : await load();

/** Of numbers, days and money: English as it is written in Europe, with a clock of 24 hours. */
export const locale = language.startsWith("en") ? "en-GB" : language;

async function load() {
  try {
    return await import(`/assets/words/${language}.mjs`);
  } catch {
    return ENGLISH; // better in English than not at all
  }
}

/**
 * @param {string} text English; what has no translation stays as it is, as names of a plant do
 * @param {Record<string, unknown>} [values] for its {names}
 */
export function t(text, values) {
  const found = words.one[text];
  // A plant may call a signal "constructor", which every object has.
  return filled(typeof found === "string" ? found : text, values);
}

/** One or many, by the rule of the language; {n} is the number. */
export function plural(one, many, n, values) {
  const forms = words.several[one];
  const english = t(n === 1 ? one : many);
  return filled(forms ? forms[words.form(n)] : english, { n: grouped(n), ...values });
}

/** The text itself: said where a constant is made, so that it is translated where it is shown. */
export function mark(text) {
  return text;
}

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });

/** A count with groups of thousands. */
export function grouped(n) {
  return whole.format(n);
}

function filled(text, values) {
  if (!values) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}
