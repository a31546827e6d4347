// How many messages a text goes out as: cut as omnidesk/text/parts.py cuts it, after a paragraph, a line, a sentence, a
// word, else between two signs; a test compares the two. Letters are code points, as the desk counts them.
const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const WORD = new RegExp(SPACE, "g");
const PAUSES = [/\n[ \t]*\n/g, /\n/g, new RegExp(`(?<=[.!?…:;])["'”’)\\]]*${SPACE}`, "g"), WORD];
const EDGES = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");
const MARK = /^[\p{M}\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]/u;
const FLAG = /^[\u{1f1e6}-\u{1f1ff}]/u;
const ZWJ = "\u200d";

export function parts(text, longest) {
  const letters = [...text.replace(EDGES, "")];
  let count = 1;
  for (let at = 0; letters.length - at > longest; count++) {
    at += cut(letters.slice(at, at + longest + 1), longest);
    while (letters[at].search(WORD) === 0) at++;
  }
  return count;
}

function cut(letters, longest) {
  const window = letters.join("");
  const half = letters.slice(0, Math.floor(longest / 2)).join("").length;
  for (const pause of PAUSES) {
    const end = starts(pause, window, half).map((found) => found.index + found[0].length).at(-1);
    if (end > 1) return [...window.slice(0, end - 1)].length;
  }
  const word = starts(WORD, window, 0).at(-1)?.index;
  return word ? [...window.slice(0, word)].length : betweenSigns(letters, longest);
}

function starts(pause, text, from) {
  pause.lastIndex = from;
  const found = [...text.matchAll(pause)];
  pause.lastIndex = 0;
  return found;
}

// Not inside of what is seen as one letter, unless it is longer than a part itself.
function betweenSigns(letters, longest) {
  let at = longest;
  while (at && belongs(letters, at)) at--;
  return at || longest;
}

function belongs(letters, at) {
  const [before, letter] = [letters[at - 1], letters[at]];
  if (MARK.test(letter) || letter === ZWJ || before === ZWJ) return true;
  if (FLAG.test(letter) && FLAG.test(before)) return flagsBefore(letters, at) % 2 === 1;
  return before + letter === "\r\n";
}

// Two letters of flags are one flag.
function flagsBefore(letters, at) {
  let first = at;
  while (first && FLAG.test(letters[first - 1])) first--;
  return at - first;
}
