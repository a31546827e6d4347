// The form of a macro: actions are added, moved and removed; a verb shows the control that takes its value. Files that
// go along with its text are uploaded at once and kept with the form.
import { toast } from "./toasts.js";
import { failed, row, send } from "./uploading.js";
import { say } from "./words.js";

const MB = 1000000;
const uploads = () => document.getElementById("macro-uploads");
const list = () => document.getElementById("actions");
let lastText = null;

function fit(row) {
  const { value: verb } = row.querySelector("select[name=verb]");
  for (const control of row.querySelectorAll("[data-of]")) {
    const on = control.dataset.of.split(" ").includes(verb);
    control.hidden = control.disabled = !on;
  }
}

function changed() {
  list()?.dispatchEvent(new Event("input", { bubbles: true }));
}

function upload(file) {
  const largest = Number(uploads().dataset.largest);
  const element = row(uploads(), file.name || "file", () => document.getElementById("macro-files").focus());
  if (file.size > largest) return failed(element, "too_large", `${largest / MB} MB`);
  send(file, element, { done: () => {}, failed: () => failed(element, "failed_upload") });
}

document.addEventListener("change", (event) => {
  if (event.target.id === "macro-files") {
    for (const file of event.target.files) upload(file);
    event.target.value = "";
  }
  if (event.target.matches("#actions select[name=verb]")) fit(event.target.closest(".action"));
});
document.addEventListener("submit", (event) => {
  if (event.target.id !== "macro" || !uploads().querySelector("progress")) return;
  event.preventDefault();
  toast(say("uploading"), "bad");
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches("#macro textarea")) lastText = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("#macro button[type=button]");
  if (!button) return;
  const action = button.closest(".action");
  if ("remove" in button.dataset) {
    button.closest("li").remove();
    document.getElementById("macro-files").focus();
  } else if (button.id === "add-action") {
    list().append(document.getElementById("action").content.cloneNode(true));
    list().lastElementChild.querySelector("select").focus();
  } else if ("up" in button.dataset) {
    action.previousElementSibling?.before(action);
    button.focus();
  } else if ("drop" in button.dataset) {
    const next = action.nextElementSibling ?? action.previousElementSibling;
    action.remove();
    (next?.querySelector("select") ?? document.getElementById("add-action")).focus();
  } else if (button.dataset.variable) {
    const text = lastText?.isConnected ? lastText : document.querySelector("#macro textarea[name=text_en]");
    text.focus();
    text.setRangeText(button.dataset.variable, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  changed();
});
