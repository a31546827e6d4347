// Until when the person may be answered freely. When that is over, a template takes the place of the text; before, it
// may. What is chosen stands here, so that a draft has it while the fields are on their way.
import { target } from "./way.js";

const EACH = 15000;
const NOTHING = { template: "", values: [] };
const ends = new WeakMap();
const block = () => document.getElementById("template");
const button = () => document.getElementById("templates");
let choice = NOTHING;
let wanted = false;
let loaded = "";
let loading = null;

const window_ = (form) => document.querySelector(`[data-window="${target(form)}"]`);

// The page says how long is left, since clocks of people's computers go wrong.
function isOver(window) {
  if (!window) return false;
  if (!ends.has(window)) ends.set(window, Date.now() + window.dataset.lasts * 1000);
  return Date.now() >= ends.get(window);
}

export const isTemplating = (form) => !block().disabled;
export const chosen = (form) => (isTemplating(form) ? choice : NOTHING);

// Shows what holds now, at the address that the reply goes to.
export function show(form) {
  const here = window_(form);
  const over = isOver(here);
  for (const one of document.querySelectorAll("[data-window]")) {
    one.hidden = one !== here;
    one.querySelector("[data-open]")?.toggleAttribute("hidden", isOver(one));
    one.querySelector("[data-over]").toggleAttribute("hidden", !isOver(one));
  }
  const reply = form.elements.kind.value === "reply";
  const templating = Boolean(here) && reply && (over || wanted);
  block().hidden = block().disabled = !templating;
  form.classList.toggle("templating", templating);
  button().hidden = !here || !reply || over;
  button().setAttribute("aria-pressed", String(templating));
  if (templating) load(form);
}

// Another address has other templates. The source is not the block itself: htmx would send what stands in its fields.
function load(form, anew = false) {
  const place = target(form);
  if (loaded === place && !anew) return;
  loaded = place;
  const asked = new URLSearchParams({ at: place, template: choice.template });
  for (const value of choice.values) asked.append("value", value);
  const url = `/cases/${form.dataset.number}/template?${asked}`;
  loading = htmx.ajax("GET", url, { source: "#window", target: "#template", swap: "innerMorph" }).then(settle, settle);
}

// A morph leaves alone what somebody chose or typed. What could not be had is asked for again when it is shown next.
function settle() {
  const select = block()?.querySelector("select");
  if (!select) {
    loaded = "";
    return;
  }
  select.value = choice.template;
  for (const [place, field] of fields().entries()) field.value = choice.values[place] ?? "";
}

export function restore(form, { template = "", values = [] }) {
  if (!template && !choice.template) return;
  choice = { template, values };
  wanted = Boolean(template);
  if (loaded) load(form, true);
  show(form);
}

export async function focus() {
  await loading;
  (block().querySelector("select") ?? block()).focus();
}

// It was sent, and the next one is another.
export function forget(form) {
  const had = choice.template;
  choice = NOTHING;
  wanted = false;
  show(form);
  if (had && loaded) load(form, true);
}

function fields() {
  return [...block().querySelectorAll("[data-number]")];
}

function preview(field) {
  for (const slot of block().querySelectorAll(`[data-slot="${field.dataset.number}"]`)) {
    slot.textContent = field.value || slot.dataset.name;
    slot.classList.toggle("empty", !field.value);
  }
}

export function startWindow(form, changed) {
  choice = NOTHING;
  wanted = false;
  loaded = "";
  button().addEventListener("click", () => {
    wanted = !wanted;
    show(form);
    if (wanted) focus();
    else document.getElementById("text").focus();
    changed();
  });
  block().addEventListener("input", (event) => {
    event.stopPropagation();
    if (event.target.matches("[data-number]")) {
      choice = { ...choice, values: fields().map((field) => field.value) };
      preview(event.target);
    } else {
      choice = { template: event.target.value, values: [] };
      load(form, true);
    }
    changed();
  });
  show(form);
}

const again = () => document.getElementById("composer") && block() && show(document.getElementById("composer"));
setInterval(again, EACH);
document.addEventListener("visibilitychange", again);
document.addEventListener("htmx:after:swap", again);
