// The command palette: commands that are possible here, and what the server finds by name.
import { does, possible, run } from "./commands.js";
import { plain } from "./folding.js";
import { apply as applyMacro } from "./slash.js";

const PAUSE = 150;
const dialog = document.getElementById("palette");
const field = dialog.querySelector("input");
const list = document.getElementById("palette-options");
const nothing = document.getElementById("palette-nothing");
let timer = null;
let asked = 0;

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function step(by) {
  const all = options();
  if (all.length) choose(all[(all.indexOf(chosen()) + by + all.length) % all.length]);
}

function optionOf(command) {
  const option = document.createElement("li");
  const title = document.createElement("span");
  title.textContent = command.title;
  option.setAttribute("role", "option");
  option.dataset.command = command.name;
  option.append(title);
  for (const key of command.keys.split(/[ +]/).filter(Boolean)) {
    const shown = document.createElement("kbd");
    shown.textContent = key === "mod" ? "Ctrl" : key.length === 1 ? key.toUpperCase() : key;
    option.append(shown);
  }
  return option;
}

// Words in any order, each as the beginning of one of the title's.
function fits(title, wanted) {
  const words = plain(title).split(/\s+/);
  return plain(wanted).split(/\s+/).filter(Boolean).every((part) => words.some((word) => word.startsWith(part)));
}

function show(found) {
  const own = possible().filter((command) => command.name !== "palette" && fits(command.title, field.value));
  list.replaceChildren(...own.map(optionOf), ...found);
  options().forEach((option, at) => (option.id = `palette-${at}`));
  nothing.hidden = options().length > 0;
  choose(options()[0]);
}

async function look() {
  const turn = ++asked;
  const answer = await fetch(`/palette?q=${encodeURIComponent(field.value.trim())}${document.getElementById("composer") ? "&macros" : ""}`).catch(() => null);
  if (turn !== asked || !answer?.ok || answer.redirected) return;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  if (turn === asked) show(holder.content.querySelectorAll("li"));
}

function take(option) {
  dialog.close();
  if (!option) location.href = `/search?q=${encodeURIComponent(field.value.trim())}`;
  else if (option.dataset.href) location.href = option.dataset.href;
  else if (option.dataset.macro) applyMacro(option.dataset.macro);
  else run(option.dataset.command);
}

const keys = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => (chosen() || field.value.trim()) && take(chosen()),
};

field.addEventListener("keydown", (event) => {
  if (!keys[event.key] || event.isComposing) return;
  event.preventDefault();
  keys[event.key]();
});
field.addEventListener("input", () => {
  show([]);
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
list.addEventListener("click", (event) => take(event.target.closest("[role=option]") ?? chosen()));
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
for (const button of document.querySelectorAll("[data-palette]"))
  button.addEventListener("click", () => {
    const menu = button.closest("details.menu");
    if (menu) menu.open = false;
    run("palette");
  });

does("palette", () => {
  field.value = "";
  show([]);
  dialog.showModal();
  look();
});
