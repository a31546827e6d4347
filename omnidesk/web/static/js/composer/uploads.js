// Files of a message: chosen, pasted or dropped; uploaded at once, with progress, and named in the form by a handle.
import { say } from "../words.js";
import { limitOf, tooLarge } from "./way.js";

const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
let box = null; // the form, and what to call when its files change

const list = (form = box.form) => form.querySelector(".uploads");
const text = () => document.getElementById("text");

export function handles(form) {
  return [...list(form).querySelectorAll("li[data-handle]")].map(({ dataset: { handle, name } }) => ({ handle, name }));
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
  for (const file of files) uploaded(item(file.name), file.handle);
}

function item(name) {
  const element = document.createElement("li");
  const label = document.createElement("span");
  const progress = document.createElement("progress");
  const remove = document.createElement("button");
  label.textContent = name;
  progress.max = 1;
  remove.type = "button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", say("remove", { name }));
  remove.addEventListener("click", () => {
    element.dispatchEvent(new Event("removed"));
    element.remove();
    take(name);
    box.changed();
    text().focus();
  });
  element.dataset.name = name;
  element.append(label, progress, remove);
  list().append(element);
  return element;
}

function uploaded(element, handle) {
  element.dataset.handle = handle;
  element.querySelector("progress").remove();
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "upload", value: handle });
  element.append(field);
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

function failed(element, why) {
  take(element.dataset.name);
  element.classList.add("failed");
  element.querySelector("progress")?.remove();
  element.querySelector("span").textContent = say(why, { name: element.dataset.name, limit: limitOf(box.form) });
}

// XMLHttpRequest, since fetch tells nothing of an upload's progress.
function upload(file, name = file.name || "file") {
  const element = item(name);
  const why = tooLarge(box.form, file.size);
  if (why) return failed(element, why);
  const request = new XMLHttpRequest();
  request.open("POST", "/uploads");
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.setRequestHeader("X-Filename", encodeURIComponent(element.dataset.name));
  request.setRequestHeader("X-CSRF-Token", document.querySelector("meta[name=csrf]").content);
  request.upload.onprogress = (event) => (element.querySelector("progress").value = event.loaded / event.total);
  request.onload = () => {
    if (request.status !== 201) return failed(element, "failed_upload");
    uploaded(element, JSON.parse(request.responseText).handle);
    box.changed();
  };
  request.onerror = () => failed(element, "failed_upload");
  element.addEventListener("removed", () => request.abort());
  request.send(file);
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
