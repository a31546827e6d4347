// SMS segments, as omnidesk/text/segments.py counts them; a test compares the two.
const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";
const TURKISH_LOCKING = "@£$¥€éùıòÇ\nĞğ\rÅåΔ_ΦΓΛΩΠΨΣΘΞŞşßÉ !\"#¤%&'()*+,-./0123456789:;<=>?İABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§çabcdefghijklmnopqrstuvwxyzäöñüà";
const TURKISH_SINGLE = EXTENSION + "ĞİŞçğış";
const REPLACEMENTS = {
  "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"', "‘": "'", "’": "'", "‚": "'", "‛": "'",
  "`": "'", "´": "'", "′": "'", "–": "-", "—": "-", "‒": "-", "―": "-", "−": "-", "‑": "-", "…": "...", "•": "-",
  "·": "-", "\u00a0": " ", "\u2002": " ", "\u2003": " ", "\u2009": " ", "\u202f": " ", "\t": " ", "\u200b": "",
  "\u200d": "", "\ufeff": "", "\u00ad": "",
};
const BYTES = 140;
const CONCATENATION = 5;
const TABLE = 3;

const alphabet = (encoding, letters = "", escaped = "", tables = 0) => ({ encoding, letters: new Set(letters), escaped: new Set(escaped), tables });
const GSM = alphabet("gsm", BASIC, EXTENSION);
const TURKISH = [
  alphabet("turkish", BASIC, TURKISH_SINGLE, 1),
  alphabet("turkish", TURKISH_LOCKING, EXTENSION, 1),
  alphabet("turkish", TURKISH_LOCKING, TURKISH_SINGLE, 2),
];
const UCS2 = alphabet("ucs2");

// The simplest first: it wins among equals.
function alphabets(turkish) {
  return [GSM, ...(turkish === "single" ? TURKISH.slice(0, 1) : turkish ? TURKISH : []), UCS2];
}

// NaN where a letter can't be written.
function cost({ encoding, letters, escaped }, letter) {
  if (encoding === "ucs2") return letter.length;
  return letters.has(letter) ? 1 : escaped.has(letter) ? 2 : NaN;
}

function room({ encoding, tables }, several) {
  const header = (several ? CONCATENATION : 0) + TABLE * tables;
  const free = BYTES - (header ? header + 1 : 0);
  return Math.floor(encoding === "ucs2" ? free / 2 : (free * 8) / 7);
}

function counted(letters, written) {
  const costs = letters.map((letter) => cost(written, letter));
  const units = costs.reduce((sum, one) => sum + one, 0);
  if (Number.isNaN(units)) return null;
  const several = units > room(written, false);
  const fits = room(written, several);
  let segments = letters.length ? 1 : 0;
  let filled = 0;
  for (const one of costs) {
    if (filled + one > fits) [segments, filled] = [segments + 1, 0];
    filled += one;
  }
  return { encoding: written.encoding, characters: letters.length, units, segments, left_in_segment: fits - filled, per_segment: fits };
}

export function count(text, turkish = false) {
  const letters = [...text];
  const counts = alphabets(turkish).map((written) => counted(letters, written)).filter(Boolean);
  return counts.reduce((best, one) => (one.segments < best.segments ? one : best));
}

export function forcing(text, turkish = false) {
  if (count(text, turkish).encoding !== "ucs2") return "";
  const letters = [...text];
  const missing = alphabets(turkish).filter((written) => written !== UCS2)
    .map((written) => letters.filter((letter) => Number.isNaN(cost(written, letter))));
  const fewest = missing.reduce((best, one) => (one.length < best.length ? one : best));
  return [...new Set(fewest)].join("");
}

export function simplified(text) {
  return [...text].map((letter) => REPLACEMENTS[letter] ?? letter).join("");
}
