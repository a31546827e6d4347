// Files of a message: chosen, pasted or dropped; uploaded at once, with progress, and named in the form by a handle.
import { failed, row, send, uploaded } from "../uploading.js";
import { limitOf, showLinks, tooLarge } from "./way.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
let box = null; // the form, and what to call when its files change

const list = (form = box.form) => form.querySelector(".uploads");
const text = () => document.getElementById("text");

export function handles(form) {
  return [...list(form).querySelectorAll("li[data-handle]")].map(({ dataset: { handle, name, size } }) => ({ handle, name, size: Number(size) }));
}

export function isUploading() {
  return list().querySelector("progress") !== null;
}

// Whether a file that was meant to go along does not: it is taken away, or put there again, before the message goes.
export function isMissing() {
  return list().querySelector(".failed") !== null;
}

export function show(files) {
  list().replaceChildren();
  for (const { handle, name, size } of files) {
    const element = item(name);
    uploaded(element, handle);
    weigh(element, size);
  }
}

function item(name) {
  return row(list(), name, () => {
    take(name);
    box.changed();
    text().focus();
  });
}

// A picture stands in the text where its name stands in brackets; its file is uploaded like any other.
function place(file) {
  const name = freeName(file.name || "image.png");
  text().setRangeText(`[${name}]`, text().selectionStart, text().selectionEnd, "end");
  text().dispatchEvent(new Event("input", { bubbles: true }));
  upload(file, name);
}

function take(name) {
  text().value = text().value.replace(`[${name}]`, "");
}

function freeName(wanted) {
  const plain = wanted.replace(/[[\]]/g, "");
  const [, stem, ending] = plain.match(/^(.*?)(\.[^.]*)?$/);
  const taken = [...list().querySelectorAll("li")].map((other) => other.dataset.name);
  let name = plain;
  for (let count = 2; taken.includes(name); count++) name = `${stem}-${count}${ending ?? ""}`;
  return name;
}

function receive(files) {
  for (const file of files) PICTURES.includes(file.type) ? place(file) : upload(file);
}

function refuse(element, why) {
  take(element.dataset.name);
  failed(element, why, limitOf(box.form));
}

function weigh(element, size) {
  element.dataset.size = size;
  showLinks(box.form);
}

function upload(file, name = file.name || "file") {
  const element = item(name);
  const why = tooLarge(box.form, file.size);
  if (why) return refuse(element, why);
  weigh(element, file.size);
  send(file, element, { done: () => box.changed(), failed: () => refuse(element, "failed_upload") });
}

// Files that the server has already, such as those of a canned reply; each stands here once.
export function put(files) {
  for (const { handle, name, size } of files) {
    if (handles(box.form).some((file) => file.handle === handle)) continue;
    const element = item(name);
    const why = tooLarge(box.form, size);
    if (why) failed(element, why, limitOf(box.form));
    else uploaded(element, handle);
    weigh(element, size);
  }
  if (files.length) box.changed();
}

export function startUploads(form, changed) {
  box = { form, changed };
  form.addEventListener("paste", (event) => {
    receive(event.clipboardData.files);
    if (event.clipboardData.files.length) event.preventDefault();
  });
  for (const name of ["dragover", "dragleave", "drop"])
    form.addEventListener(name, (event) => {
      event.preventDefault();
      form.classList.toggle("dropping", name === "dragover");
      if (name === "drop") receive(event.dataTransfer.files);
    });
  document.getElementById("files").addEventListener("change", (event) => {
    for (const file of event.target.files) upload(file);
    event.target.value = "";
  });
}
