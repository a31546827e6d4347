// Shortcuts; the list behind "?" names them all.
import { step } from "./list.js";
import { write } from "./composer.js";

const shortcuts = document.getElementById("shortcuts");

function assign() {
  const menu = document.getElementById("assign");
  if (menu) menu.open = true;
}

// A case that opened this instant may not be htmx's yet; without it the form would load a page of its own.
function resolve() {
  const form = document.getElementById("resolution");
  if (form && !form.hasAttribute("data-htmx-powered")) htmx.process(form);
  form?.querySelector("button").click();
}

function contacts() {
  location.href = "/contacts";
}

function search() {
  const field = document.querySelector("[data-search]");
  if (!field) {
    location.href = "/search";
    return;
  }
  field.focus();
  field.select();
}

const actions = {
  j: () => step(1),
  k: () => step(-1),
  r: () => write("reply"),
  n: () => write("note"),
  a: assign,
  e: resolve,
  c: contacts,
  "/": search,
  "?": () => shortcuts.showModal(),
};
const arrows = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || shortcuts.open) return;
  const field = event.target.closest?.("input:not([type=radio]), textarea, select, [contenteditable]");
  if (event.key === "Escape" && field) field.blur();
  if (field) return;
  const inList = event.target === document.body || event.target.closest?.("#list");
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key] ?? (inList && arrows[event.key]);
  if (!action) return;
  event.preventDefault();
  action();
});
document.querySelector("[data-shortcuts]")?.addEventListener("click", () => shortcuts.showModal());
