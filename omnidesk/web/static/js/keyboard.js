// Shortcuts: keys lead to commands; the list behind "?" names them all.
import { toEnd } from "./case.js";
import { beginsWith, commandOf, does, run } from "./commands.js";
import { write } from "./composer.js";
import { step } from "./list.js";
import { enter } from "./menus.js";

const PAUSE = 1000; // ms between the keys of a sequence such as "g m"
const shortcuts = document.getElementById("shortcuts");
let before = "";
let forget = null;

// A case that opened this instant may not be htmx's yet; without it the form would load a page of its own.
function press(id) {
  const form = document.getElementById(id);
  if (form && !form.hasAttribute("data-htmx-powered")) htmx.process(form);
  form?.querySelector("button").click();
}

function open(id) {
  const menu = document.getElementById(id);
  if (!menu) return;
  menu.open = true;
  if (menu.querySelector(".sheet")?.childElementCount) enter(menu); // the next key is meant for it
}

// The menu of what is done now and then, at one of its entries.
function more(entry) {
  const menu = document.getElementById("more");
  if (menu) menu.dataset.at = entry;
  open("more");
}

// On a narrow page the panel with the menu comes out first.
function beside(id) {
  const side = document.getElementById("side");
  if (!side.checkVisibility()) side.showPopover();
  open(id);
}

function go(path) {
  return () => (location.href = path);
}

function search() {
  const field = document.querySelector("[data-search]");
  if (!field) return go("/search")();
  field.focus();
  field.select();
}

function details() {
  const side = document.getElementById("side");
  if (getComputedStyle(document.getElementById("side-button")).display !== "none") side.togglePopover();
  side.tabIndex = -1;
  side.focus();
}

does("next", () => step(1));
does("previous", () => step(-1));
does("open", () => document.activeElement?.closest?.(".row")?.click());
does("reply", () => write("reply"));
does("note", () => write("note"));
does("take", () => press("taking"));
does("assign", () => open("assign"));
does("call", () => beside("pick-call"));
does("merge", () => more("[hx-get$='/merging']"));
does("split", () => more("[hx-get$='/splitting']"));
does("spam", () => more("[action*='/spam'] button"));
does("block", () => more("[name=block]"));
does("status", () => beside("status-menu"));
does("task", () => beside("adding-task"));
does("link", () => beside("adding-link"));
does("canned", () => document.getElementById("canned")?.click());
does("resolve", () => (document.getElementById("resolving") ? open("resolving") : press("resolution")));
does("snooze", () => (document.getElementById("waking") ? press("waking") : open("snooze")));
for (const name of ["labels", "priority", "team"]) does(name, () => beside(`pick-${name}`));
does("more", () => open("more"));
does("latest", toEnd);
does("details", details);
does("search", search);
does("mine", go("/inbox/mine"));
does("unassigned", go("/inbox/unassigned"));
does("all", go("/inbox/all"));
does("contacts", go("/contacts"));
does("tasks", go("/tasks"));
does("shortcuts", () => shortcuts.showModal());

const arrows = { ArrowDown: "next", ArrowUp: "previous" };
const NATIVE = ["Enter"]; // what has the focus answers to these by itself

function keysOf(event) {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const mod = event.ctrlKey || event.metaKey ? "mod+" : "";
  const letter = event.key.length > 1 || event.key.toLowerCase() !== event.key.toUpperCase();
  const shift = event.shiftKey && (mod || letter) ? "shift+" : ""; // a sign such as ? has its shift in it
  return mod + shift + key;
}

function remember(keys) {
  clearTimeout(forget);
  before = keys;
  forget = setTimeout(() => (before = ""), PAUSE);
}

function isWriting(event) {
  return event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]");
}

// Who leaves a field is where they were before it: at the case in the list, where that is in sight.
function leave(field) {
  const row = document.querySelector(".row[aria-current]");
  if (field.id === "text" && row?.checkVisibility()) row.focus({ preventScroll: true });
  else field.blur();
}

function nameFor(event) {
  const inList = event.target === document.body || event.target.closest?.("#list");
  if (inList && arrows[event.key]) return arrows[event.key];
  const keys = keysOf(event);
  const sequence = before ? `${before} ${keys}` : keys;
  if (beginsWith(sequence)) return remember(sequence);
  remember("");
  return NATIVE.includes(keys) ? null : (commandOf(sequence) ?? commandOf(keys))?.name;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
  const mod = event.ctrlKey || event.metaKey;
  const field = isWriting(event);
  if (event.key === "Escape" && field) leave(field);
  if (field && !mod) return;
  const name = nameFor(event);
  if (!name) return;
  event.preventDefault();
  run(name);
});
document.querySelector("[data-shortcuts]")?.addEventListener("click", () => run("shortcuts"));
