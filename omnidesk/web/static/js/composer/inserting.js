// Texts that the server gives for what is being written, such as a link to another channel.
import { write } from "../composer.js";

document.addEventListener("insert-text", ({ detail }) => {
  const text = document.getElementById("text");
  if (!text) return;
  write(document.getElementById("composer").elements.kind.value);
  const before = text.value.slice(0, text.selectionStart);
  const value = before && !/\s$/.test(before) ? ` ${detail.text}` : detail.text;
  // As if it was typed, so that the browser's own undo takes it back.
  if (document.execCommand("insertText", false, value)) return;
  text.setRangeText(value, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new InputEvent("input", { bubbles: true }));
});
