// How many messages a text goes out as: cut as the desk cuts it (omnidesk/text/parts.py), after a paragraph, a line, a
// sentence, a word.
const PAUSES = [/\n[ \t]*\n/g, /\n/g, /(?<=[.!?…:;])["'”’)\]]*\s/g, /\s/g];

export function parts(text, longest) {
  let rest = text.trim();
  let count = 1;
  for (; rest.length > longest; count++) rest = rest.slice(cut(rest, longest)).trimStart();
  return count;
}

function cut(text, longest) {
  const window = text.slice(0, longest + 1);
  for (const pause of PAUSES) {
    const last = ends(pause, window).filter((end) => end >= longest / 2).pop();
    if (last) return last;
  }
  return ends(PAUSES[3], window).pop() || longest;
}

const ends = (pause, text) => [...text.matchAll(pause)].map((found) => found.index + found[0].length - 1);
