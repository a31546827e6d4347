// The composer: keeps what was typed per case, takes files, sends.
import { address, addressed, startAddressees } from "./addressees.js";
import { toEnd } from "./case.js";
import { say } from "./words.js";

const LARGEST = 25_000_000;
const PICTURES = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const TYPING_EVERY = 3000;
let typedAt = -Infinity;

const form = () => document.getElementById("composer");
const text = () => document.getElementById("text");
const key = () => `draft:${form().dataset.number}`;
const kind = () => form().elements.kind.value;

function handles() {
  return [...form().querySelectorAll(".uploads li[data-handle]")].map((item) => ({ ...item.dataset }));
}

function keep() {
  const draft = { text: text().value, kind: kind(), files: handles(), addressed: addressed() };
  if (draft.text || draft.files.length) sessionStorage.setItem(key(), JSON.stringify(draft));
  else sessionStorage.removeItem(key());
  document.getElementById("saved").textContent = draft.text ? say("saved") : "";
}

function bringBack() {
  const draft = JSON.parse(sessionStorage.getItem(key()) ?? "null");
  if (!draft) return;
  text().value = draft.text;
  choose(draft.kind);
  address(draft.addressed);
  for (const file of draft.files) uploaded(item(file.name), file.handle);
}

function choose(which) {
  form().elements.kind.value = which;
  text().placeholder = text().dataset[which];
  fit();
}

// Older browsers don't know `field-sizing: content`.
function fit() {
  if (CSS.supports("field-sizing", "content")) return;
  text().rows = Math.min(12, Math.max(3, text().value.split("\n").length));
}

export function write(which) {
  if (!form()) return;
  choose(which);
  text().focus();
}

function clear() {
  text().value = "";
  document.getElementById("uploads").replaceChildren();
  document.getElementById("conflict").replaceChildren();
  sessionStorage.removeItem(key());
  choose("reply");
  keep();
  toEnd();
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
    keep();
    text().focus();
  });
  element.dataset.name = name;
  element.append(label, progress, remove);
  document.getElementById("uploads").append(element);
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
  fit();
  upload(file, name);
}

function take(name) {
  text().value = text().value.replace(`[${name}]`, "");
}

function freeName(wanted) {
  const plain = wanted.replace(/[[\]]/g, "");
  const [, stem, ending] = plain.match(/^(.*?)(\.[^.]*)?$/);
  const taken = [...form().querySelectorAll(".uploads li")].map((other) => other.dataset.name);
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
  element.querySelector("span").textContent = say(why, { name: element.dataset.name });
}

// XMLHttpRequest, since fetch tells nothing of an upload's progress.
function upload(file, name = file.name || "file") {
  const element = item(name);
  if (file.size > LARGEST) return failed(element, "too_large");
  const request = new XMLHttpRequest();
  request.open("POST", "/uploads");
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.setRequestHeader("X-Filename", encodeURIComponent(element.dataset.name));
  request.setRequestHeader("X-CSRF-Token", document.querySelector("meta[name=csrf]").content);
  request.upload.onprogress = (event) => (element.querySelector("progress").value = event.loaded / event.total);
  request.onload = () => {
    if (request.status !== 201) return failed(element, "failed_upload");
    uploaded(element, JSON.parse(request.responseText).handle);
    keep();
  };
  request.onerror = () => failed(element, "failed_upload");
  element.addEventListener("removed", () => request.abort());
  request.send(file);
}

function isUploading() {
  return form().querySelector(".uploads progress") !== null;
}

export function startComposer(tell) {
  if (!form()) return;
  startAddressees(keep);
  bringBack();
  form().addEventListener("input", (event) => {
    if (event.target.name === "kind") choose(event.target.value);
    fit();
    keep();
    if (event.target !== text() || kind() !== "reply" || performance.now() - typedAt < TYPING_EVERY) return;
    typedAt = performance.now();
    tell({ typing: Number(form().dataset.number) });
  });
  form().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form().requestSubmit(document.getElementById("send"));
  });
  form().addEventListener("paste", (event) => {
    receive(event.clipboardData.files);
    if (event.clipboardData.files.length) event.preventDefault();
  });
  for (const name of ["dragover", "dragleave", "drop"])
    form().addEventListener(name, (event) => {
      event.preventDefault();
      form().classList.toggle("dropping", name === "dragover");
      if (name === "drop") receive(event.dataTransfer.files);
    });
  document.getElementById("files").addEventListener("change", (event) => {
    for (const file of event.target.files) upload(file);
    event.target.value = "";
  });
}

document.addEventListener("htmx:confirm", (event) => {
  if (event.target.id !== "composer" || !isUploading()) return;
  event.preventDefault();
  document.getElementById("saved").textContent = say("uploading");
});
document.addEventListener("message-sent", (event) => {
  if (event.target.id !== "composer" || event.target !== form()) return;
  clear();
  if (matchMedia("(pointer: fine)").matches) text().focus();
});
