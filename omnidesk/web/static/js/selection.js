// Choosing cases in the list: by x or a click on the face, a range with shift, all that are loaded, all of the view.
import { does } from "./commands.js";
import { query, view } from "./list.js";
import { say } from "./words.js";

const rows = document.getElementById("rows");
const bar = document.getElementById("chosen");
const chosen = new Set();
let last = null;
let wholeView = false;

const all = () => [...rows.querySelectorAll(".row[data-number]")];

function show() {
  for (const row of all()) {
    const is = wholeView || chosen.has(row.dataset.number);
    if (row.classList.contains("is-chosen") === is) continue;
    row.classList.toggle("is-chosen", is);
    row.querySelector(".chosen-word")?.remove();
    if (!is) continue;
    const word = document.createElement("span");
    word.className = "hidden chosen-word";
    word.textContent = `${say("chosen")}: `;
    row.prepend(word);
  }
  bar.hidden = !wholeView && chosen.size === 0;
  document.getElementById("chosen-count").textContent = wholeView ? say("all_chosen") : say("count_chosen", { n: chosen.size });
  rows.classList.toggle("choosing", !bar.hidden);
}

function toggle(row, range) {
  const numbers = all().map((one) => one.dataset.number);
  const number = row.dataset.number;
  wholeView = false;
  if (range && numbers.includes(last)) {
    const [from, to] = [numbers.indexOf(last), numbers.indexOf(number)].sort((a, b) => a - b);
    for (const one of numbers.slice(from, to + 1)) chosen.add(one);
  } else if (!chosen.delete(number)) chosen.add(number);
  last = number;
  show();
}

function none() {
  chosen.clear();
  wholeView = false;
  show();
}

function focused() {
  return document.activeElement?.closest?.(".row[data-number]") ?? rows.querySelector(".row[aria-current]");
}

function fill(form) {
  form.querySelector("[data-chosen]").value = wholeView ? "" : [...chosen].join(",");
  form.querySelector("[data-chosen-view]").value = wholeView ? `${view}?${query}` : "";
}

function start() {
  does("choose", () => focused() && toggle(focused(), false));
  does("choose_range", () => focused() && toggle(focused(), true));
  does("choose_all", () => {
    for (const row of all()) chosen.add(row.dataset.number);
    show();
  });
  does("bulk", () => !bar.hidden && (document.getElementById("bulk").open = true));
  rows.addEventListener("click", (event) => {
    const face = event.target.closest(".row[data-number] > .avatar");
    if (!face && !event.shiftKey) return;
    const row = event.target.closest(".row[data-number]");
    if (!row) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toggle(row, event.shiftKey);
  }, true);
  document.getElementById("choose-none").addEventListener("click", none);
  document.getElementById("choose-all").addEventListener("click", () => {
    wholeView = true;
    show();
  });
  new MutationObserver(() => bar.hidden || show()).observe(rows, { childList: true, subtree: true });
}

// Also what is pressed in this very instant must know of what is chosen.
document.addEventListener("click", (event) => {
  const form = event.target.closest?.("#bulk form");
  if (form) fill(form);
}, true);
document.addEventListener("submit", (event) => event.target.closest("#bulk") && fill(event.target), true);
document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.target?.id === "bulk-progress" && !bar.hidden) none();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-job]")) document.getElementById("bulk-progress").replaceChildren();
});
if (bar && view) start();
