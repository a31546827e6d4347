import { say } from "../words.js";
import { showCount } from "./counter.js";

// By which way a reply goes, and what its channel takes: length, files, copies. All of it is data of the page.
const select = () => document.getElementById("way");

export function limits(form) {
  const { maxLength, attachments, copies, html, segments, price, currency } = (select()?.selectedOptions[0] ?? form).dataset;
  const paid = segments === undefined ? null : { turkish: segments === "single" ? "single" : segments === "both", price: price ? Number(price) : null, currency };
  return { maxLength: Number(maxLength) || null, attachments: Number(attachments ?? form.dataset.largest), copies: copies !== undefined, html: html !== undefined, paid };
}

// Where the case is answered, as the page knows it by now: a draft names only what differs.
const usual = () => document.querySelector("#reply-to [data-point]")?.dataset.point ?? "";
let followed = null;

export function chosen(form) {
  const at = form.elements.at?.value ?? "";
  return at === usual() ? "" : at;
}

export const target = (form) => chosen(form) || usual();

// The person wrote from elsewhere, or a reply went there: who had chosen nothing else goes along.
function follow() {
  if (!select()) return;
  if (usual() !== followed && select().value === followed) select().value = usual();
  followed = usual();
  show(select().form); // what the page fetched anew names the usual way
}
document.addEventListener("htmx:after:swap", follow);

export function choose(form, point) {
  if (!select()) return;
  select().value = point || usual();
  if (select().selectedIndex < 0) select().value = usual();
  show(form);
}

export function show(form) {
  followed ??= usual();
  const { copies } = limits(form);
  showCount(form, limits(form));
  showLinks(form);
  form.classList.toggle("alone", !copies);
  const option = select()?.selectedOptions[0];
  if (option) document.getElementById("reply-label").textContent = option.dataset.reply;
  for (const field of document.querySelectorAll("#addressees input")) field.disabled = !copies;
}

// Files that the channel can't carry, alone or all together, go as links, as the desk decides it when it sends.
export function showLinks(form) {
  let room = form.elements.kind.value === "note" ? Infinity : limits(form).attachments;
  for (const file of form.querySelectorAll(".uploads li[data-size]")) {
    const fits = Number(file.dataset.size) <= room;
    if (fits) room -= Number(file.dataset.size);
    file.querySelector(".as-link")?.remove();
    if (!fits) file.querySelector("span")?.insertAdjacentElement("afterend", Object.assign(document.createElement("small"), { className: "as-link", textContent: say("as_link") }));
  }
}

export function tooLarge(form, size) {
  return size > Number(form.dataset.largest) ? "too_large" : null;
}

export function limitOf(form) {
  return `${Math.round(Number(form.dataset.largest) / 100000) / 10} MB`;
}
