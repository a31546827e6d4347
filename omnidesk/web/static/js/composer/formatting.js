// Light formatting: buttons and keys put marks around what is chosen. Channels that show plain text get none of them.
import { limits } from "./way.js";

const MARKS = { bold: "**", italic: "_" };
const SIGNS = { list: "- ", quote: "> " };
const KEYS = { b: "bold", i: "italic" };
const SHIFTED = { Digit8: "list", Digit9: "quote" };
const FORM = /\*\*(?! )[^\n*]+(?<! )\*\*|(?<![\p{L}\p{N}_])_(?! )[^\n_]+(?<! )_(?![\p{L}\p{N}_])|\[[^[\]\n]+\]\(https?:\/\/[^\s()]+\)/u;

const text = () => document.getElementById("text");

// As if it was typed, so that the browser's own undo takes it back.
function put(value, start, end) {
  text().focus();
  text().setSelectionRange(start, end);
  if (document.execCommand("insertText", false, value)) return;
  text().setRangeText(value, start, end, "end");
  text().dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function around(mark) {
  const { selectionStart: start, selectionEnd: end, value } = text();
  const chosen = value.slice(start, end);
  const inner = chosen.trim();
  if (value.slice(0, start).endsWith(mark) && value.slice(end).startsWith(mark)) {
    put(chosen, start - mark.length, end + mark.length);
    return text().setSelectionRange(start - mark.length, end - mark.length);
  }
  if (inner.length > 2 * mark.length && inner.startsWith(mark) && inner.endsWith(mark)) {
    const bare = inner.slice(mark.length, -mark.length);
    put(chosen.replace(inner, bare), start, end);
    return text().setSelectionRange(start, start + chosen.length - 2 * mark.length);
  }
  put(inner ? chosen.replace(inner, `${mark}${inner}${mark}`) : mark + mark, start, end);
  const from = start + mark.length + (inner ? chosen.indexOf(inner) : 0);
  text().setSelectionRange(from, from + inner.length);
}

function before(sign) {
  const { selectionStart, selectionEnd, value } = text();
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const next = value.indexOf("\n", selectionEnd);
  const end = next < 0 ? value.length : next;
  const lines = value.slice(start, end).split("\n");
  const all = lines.every((line) => line.startsWith(sign));
  const changed = lines.map((line) => (all ? line.slice(sign.length) : sign + line)).join("\n");
  put(changed, start, end);
  if (lines.length > 1) text().setSelectionRange(start, start + changed.length);
}

// The address is chosen, to be typed or pasted over.
function link(address = "https://") {
  const { selectionStart: start, selectionEnd: end, value } = text();
  const words = value.slice(start, end) || text().dataset.words;
  put(`[${words}](${address})`, start, end);
  const at = start + words.length + 3;
  if (start === end) text().setSelectionRange(start + 1, start + 1 + words.length);
  else text().setSelectionRange(at, at + address.length);
}

function format(name) {
  if (name in MARKS) around(MARKS[name]);
  else if (name in SIGNS) before(SIGNS[name]);
  else link();
}

// Says honestly what will not arrive.
export function showLoss(form) {
  const reply = form.elements.kind.value === "reply";
  const able = !reply || limits(form).html;
  form.classList.toggle("plain", !able);
  document.getElementById("plain-note").hidden = able || !FORM.test(text().value);
}

export function startFormatting(form) {
  form.querySelector(".format").addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps its choice
  form.querySelector(".format").addEventListener("click", (event) => {
    const name = event.target.closest("[data-format]")?.dataset.format;
    if (name) format(name);
  });
  text().addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.isComposing) return;
    const name = event.shiftKey ? SHIFTED[event.code] : KEYS[event.key.toLowerCase()];
    if (!name || form.classList.contains("plain")) return;
    event.preventDefault();
    format(name);
  });
  text().addEventListener("paste", (event) => {
    const address = event.clipboardData.getData("text/plain").trim();
    const { selectionStart, selectionEnd, value } = text();
    const chosen = value.slice(selectionStart, selectionEnd);
    if (!/^https?:\/\/[^\s()]+$/.test(address) || !chosen || /[\n[\]]/.test(chosen) || form.classList.contains("plain")) return;
    event.preventDefault();
    put(`[${chosen}](${address})`, selectionStart, selectionEnd);
  });
  showLoss(form);
}
