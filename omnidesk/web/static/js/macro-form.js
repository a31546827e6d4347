// The form of a macro: actions are added, moved and removed; a verb shows the control that takes its value.
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

document.addEventListener("change", (event) => {
  if (event.target.matches("#actions select[name=verb]")) fit(event.target.closest(".action"));
});
document.addEventListener("focusin", (event) => {
  if (event.target.matches("#macro textarea")) lastText = event.target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("#macro button[type=button]");
  if (!button) return;
  const row = button.closest(".action");
  if (button.id === "add-action") {
    list().append(document.getElementById("action").content.cloneNode(true));
    list().lastElementChild.querySelector("select").focus();
  } else if ("up" in button.dataset) {
    row.previousElementSibling?.before(row);
    button.focus();
  } else if ("drop" in button.dataset) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("select") ?? document.getElementById("add-action")).focus();
  } else if (button.dataset.variable) {
    const text = lastText?.isConnected ? lastText : document.querySelector("#macro textarea[name=text_en]");
    text.focus();
    text.setRangeText(button.dataset.variable, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
  }
  changed();
});
