// The text as channels of plain text get it, as omnidesk/text/markup.py writes it; a test compares the two.
const HTTP = "[hH][tT][tT][pP][sS]?:\\/\\/";
const INLINE = new RegExp(
  `\\[(?<words>[^\\[\\]\\n]{1,300})\\]\\((?<link>${HTTP}[^\\s<>"()]{1,2000})\\)`
  + `|(?<url>${HTTP}[^\\s<>"]*[^\\s<>".,;:!?'()\\[\\]{}])`
  + "|\\*\\*(?<bold>(?! )[^\\n*]{1,1000}(?<! ))\\*\\*"
  + "|(?<![\\p{L}\\p{N}_])_(?<italic>(?! )[^\\n_]{1,1000}(?<! ))_(?![\\p{L}\\p{N}_])",
  "gu",
);

export function plain(text) {
  return text.replace(INLINE, (whole, ...rest) => {
    const { words, link, url, bold, italic } = rest.at(-1);
    if (url) return whole;
    if (!words) return plain(bold ?? italic);
    const said = plain(words);
    return said === link ? link : `${said} (${link})`;
  });
}
