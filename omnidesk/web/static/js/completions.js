// Completes operators and their values in the search field.
const PAUSE = 120;
const field = document.getElementById("asked");
const list = document.getElementById("completions");
let timer = null;
let asked = 0;

const options = () => [...list.children];
const chosen = () => list.querySelector("[aria-selected=true]");

function close() {
  asked++;
  list.replaceChildren();
  list.hidden = true;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  field.setAttribute("aria-activedescendant", option.id);
}

async function look() {
  const turn = ++asked;
  const before = field.value.slice(0, field.selectionEnd);
  if (field.selectionEnd !== field.value.length || !before.trim()) return close();
  const answer = await fetch(`/search/completions?q=${encodeURIComponent(before)}`).catch(() => null);
  if (turn !== asked || !answer?.ok || answer.redirected) return;
  const text = await answer.text();
  if (turn !== asked || document.activeElement !== field) return;
  list.innerHTML = text;
  list.hidden = options().length === 0;
  field.setAttribute("aria-expanded", String(!list.hidden));
}

function take(option) {
  field.value = option.dataset.question;
  close();
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function step(by) {
  const all = options();
  const at = all.indexOf(chosen());
  choose(all[at < 0 && by < 0 ? all.length - 1 : (at + by + all.length) % all.length]);
}

// Nothing is chosen until an arrow chooses: Enter alone searches for what was typed.
const keys = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Tab: () => take(chosen() ?? options()[0]),
  Enter: () => take(chosen()),
  Escape: close,
};

field?.addEventListener("keydown", (event) => {
  if (list.hidden || !keys[event.key] || event.shiftKey || event.isComposing) return;
  if (!chosen() && (event.key === "Enter" || event.key === "Escape")) return close(); // and the field does what it does
  event.preventDefault();
  event.stopPropagation();
  keys[event.key]();
});
field?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, PAUSE);
});
field?.addEventListener("blur", () => setTimeout(close, 150));
list?.addEventListener("mousedown", (event) => {
  event.preventDefault(); // or the field would lose the focus first
  const option = event.target.closest("[role=option]");
  if (option) take(option);
});
