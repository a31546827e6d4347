// How long the reply is as it goes out, and what it costs where it is paid by the segment.
import { say } from "../words.js";
import { parts } from "./parts.js";
import { plain } from "./plain.js";
import { count, forcing, simplified } from "./segments.js";

const NAMED = 8;
const counter = () => document.getElementById("counter");
const hint = () => document.getElementById("segments-note");

function money(amount, currency) {
  const number = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
  return `${number.format(amount)} ${currency}`;
}

function cost(segments, { price, currency }) {
  return [say("segments", { n: segments }), ...(price === null ? [] : [money(segments * price, currency)])];
}

// Which letters make it long: said where that costs more, and where they can be written plainly.
function warn(text, { turkish }) {
  const letters = [...forcing(text, turkish)];
  const dear = count(text, turkish).segments > count([...text].map((one) => (letters.includes(one) ? "x" : one)).join(""), turkish).segments;
  const replaced = letters.filter((one) => simplified(one) !== one);
  hint().hidden = !letters.length || !(dear || replaced.length);
  const shown = letters.slice(0, NAMED).map((one) => (one.trim() ? one : "␣")).join(" ") + (letters.length > NAMED ? " …" : "");
  hint().querySelector("span").textContent = say("long_letters", { letters: shown, n: count(text, turkish).per_segment });
  hint().querySelector("button").hidden = !replaced.length;
}

function showSegments(text, paid) {
  const { encoding, units, segments, per_segment: room } = count(text, paid.turkish);
  counter().textContent = [`${units} / ${room * Math.max(segments, 1)}`, ...cost(segments, paid)].join(" · ");
  counter().title = say(`alphabet_${encoding}`, { n: room });
  warn(text, paid);
}

// A text of several parts says so; what no channel takes for one message is no mistake.
function lengthOf(text, longest) {
  const count = parts(text, longest);
  return count > 1 ? say("in_parts", { n: count }) : `${[...text].length} / ${longest}`;
}

export function showCount(form, { maxLength, html, paid }) {
  const written = form.elements.text.value.trim();
  const text = html ? written : plain(written);
  counter().hidden = !maxLength && !paid;
  hint().hidden = true;
  counter().title = "";
  if (paid) showSegments(text, paid);
  else counter().textContent = maxLength ? lengthOf(text, maxLength) : "";
}

export function startCounter(form) {
  hint().querySelector("button").addEventListener("click", () => {
    const text = form.elements.text;
    text.focus();
    text.select();
    const written = simplified(text.value);
    if (!document.execCommand("insertText", false, written)) text.value = written;
    text.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
}
