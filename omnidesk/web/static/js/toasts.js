// Short messages at the bottom of the page. The server may also swap its own in.
import { say } from "./words.js";

const place = document.getElementById("toasts");
const LIFE = 8000;

// `one`: it takes the place of the last one of its kind.
export function toast(text, kind = "", one = false) {
  if (one) place.querySelector(`.toast.${kind}`)?.remove();
  const element = document.createElement("div");
  element.className = `toast ${kind}`;
  element.append(text);
  place.append(element);
}

new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes)
      if (node.nodeType === Node.ELEMENT_NODE) setTimeout(() => node.remove(), LIFE);
}).observe(place, { childList: true });

place.addEventListener("click", (event) => {
  const button = event.target.closest("[data-dismiss]");
  if (button) setTimeout(() => button.closest(".toast").remove(), button.type === "submit" ? 300 : 0);
});

const QUIET = ["timeline", "views"]; // what the page fetches by itself tries again by itself

document.addEventListener("htmx:error", (event) => {
  if (!QUIET.includes(event.detail.ctx?.sourceElement?.id) && event.detail.error instanceof TypeError) toast(say("unreachable"), "bad");
});
