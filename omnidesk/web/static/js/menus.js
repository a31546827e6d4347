// Menus: close on Escape, on a click elsewhere and when their form was sent (data-closes="done": sent itself, and taken);
// filter their options.
import { plain } from "./folding.js";

const STOPS = ".sheet :is(input:not([type=hidden]), select, textarea, button, summary, a[href])";
const FETCHED = (menu) => menu.hasAttribute("hx-get") && !menu.getAttribute("hx-trigger").includes("once");
const sheet = (menu) => menu.querySelector(".sheet");
const isText = ({ key, ctrlKey, metaKey, altKey }) => key.length === 1 && !ctrlKey && !metaKey && !altKey;
let typed = "";

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.open = false;
    goBack(menu);
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (isText(event) && menu.hasAttribute("hx-get") && !sheet(menu).contains(document.activeElement)) {
    typed += event.key; // the menu is still on its way: what is typed is meant for it, and is no shortcut
    event.preventDefault();
    event.stopImmediatePropagation();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const stops = [...menu.querySelectorAll(STOPS)].filter((stop) => stop.checkVisibility());
    const at = stops.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1);
    stops[Math.min(Math.max(at, 0), stops.length - 1)]?.focus();
    event.preventDefault();
  }
});
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.("[data-closes]");
  const done = form?.dataset.closes !== "done" || (event.target === form && event.detail.ctx?.response?.raw?.ok);
  const menu = done ? form?.closest("details.menu") : null;
  if (!menu) return;
  const within = menu.contains(document.activeElement) || document.activeElement === document.body;
  menu.open = false;
  if (within) goBack(menu);
});

// Who leaves a menu is where they were before it: at what opens it, or where they pressed its key.
let before = null;
document.addEventListener("focusin", (event) => {
  if (!event.target.closest("details.menu .sheet, dialog")) before = event.target;
});
document.addEventListener("focusout", (event) => {
  if (event.target === before && !event.relatedTarget) before = null; // left on purpose
});
function goBack(menu) {
  const there = before?.isConnected && before.checkVisibility() ? before : (menu.querySelector("summary") ?? document.getElementById("content"));
  there?.focus({ preventScroll: true });
}

// A menu is entered where its opener says, at the field that asks for it, else at its first one; one that is fetched is empty when closed.
export function enter(menu) {
  const within = sheet(menu)?.contains(document.activeElement);
  const marked = menu.querySelector(".sheet :is([autofocus], [data-first] :is(input:not([type=hidden]), select))");
  const wanted = menu.dataset.at && menu.querySelector(`.sheet ${menu.dataset.at}`);
  delete menu.dataset.at;
  const stop = wanted || marked || (within ? null : [...menu.querySelectorAll(STOPS)].find((one) => one.checkVisibility()));
  stop?.focus();
  if (typed && stop?.matches("input")) {
    stop.value = typed;
    stop.dispatchEvent(new Event("input", { bubbles: true }));
  }
  typed = "";
}
document.addEventListener("htmx:after:swap", (event) => {
  const menu = document.querySelector("details.menu[open]");
  const into = event.detail.ctx.target;
  if (menu && into instanceof Node && menu.contains(into)) enter(menu);
});
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (target.matches("details.adding[open]")) target.querySelector("input:not([type=hidden])").focus();
    if (!target.matches("details.menu")) return;
    typed = "";
    if (!target.open) delete target.dataset.at;
    if (!target.open && FETCHED(target)) sheet(target).replaceChildren();
    if (target.open && sheet(target)?.childElementCount && !sheet(target).contains(document.activeElement)) enter(target);
  },
  true,
);
// Closing asks nothing, and by its hx-sync calls off what is on its way; what comes nevertheless finds the menu closed.
for (const step of ["htmx:before:request", "htmx:before:swap"])
  document.addEventListener(step, (event) => {
    if (event.target.matches?.("details.menu:not([open])")) event.preventDefault();
  });

// What is not among the options can be made, unless it is there already.
function offerNew(field) {
  const name = field.value.trim();
  const form = field.closest("form");
  const making = form.querySelector("[data-making]");
  const known = [...form.querySelectorAll("[data-name]")].some((option) => plain(option.dataset.name) === plain(name));
  making.hidden = !name || known;
  making.value = name;
  making.querySelector("b").textContent = name;
}

document.addEventListener("click", (event) => {
  const option = event.target.closest?.("button[data-off]");
  if (!option) return;
  const off = document.createElement("input");
  Object.assign(off, { type: "hidden", name: "off", value: "true" });
  option.form.append(off);
});

document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-filter]")) return;
  const wanted = plain(event.target.value);
  for (const option of event.target.closest("form").querySelectorAll("[data-name]"))
    option.hidden = !plain(option.dataset.name).includes(wanted);
  if ("new" in event.target.dataset) offerNew(event.target);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.("[data-filter]")) return;
  event.preventDefault();
  const form = event.target.closest("form");
  const fitting = form.querySelector("[data-name]:not([hidden])") ?? form.querySelector("[data-making]:not([hidden])");
  (event.target.value.trim() ? fitting : form.querySelector("[data-always]:not([hidden])"))?.click();
});

// A form that adds one thing after the other is empty again after each.
document.addEventListener("htmx:after:request", (event) => {
  const form = event.target.closest?.("[data-empties]");
  if (!form || !event.detail.ctx?.response?.raw?.ok) return;
  form.reset();
  form.querySelector("input:not([type=hidden])")?.focus();
});
