// What "/" and "@" offer in the composer: canned replies, macros, colleagues. The server finds and fills in.
import { put as attach } from "./composer/uploads.js";
import { say } from "./words.js";

const PAUSE = 90;
const VARIABLE = /\{\{\s*\w[\w.-]*\s*(?:\|\s*default:\s*["“”'][^"“”'{}]*["“”']\s*)?\}\}/g;
// Each source: what opens it (with what was typed as its last group), where it asks, and whether it applies now.
const SOURCES = [
  { opens: /(?:^|\s)(\/([^\s/]*(?: [^\s/]+){0,3}))$/, path: "offers", applies: () => true },
  { opens: /(?:^|[\s(])(@([\p{L}\p{N}.'’-]*(?: [\p{L}\p{N}.'’-]+){0,2}))$/u, path: "callees", applies: () => form().elements.kind.value === "note" },
];
let open = null; // { source, start }: what is offered, and where in the text its sign stands
let dismissed = -1;
let byButton = false;
let shown = null; // the question that the list answers
let waiting = false; // somebody chose before the list was there
let asked = null;
let timer = null;

const form = () => document.getElementById("composer");
const text = () => document.getElementById("text");
const picker = () => document.getElementById("picker");
const list = () => document.getElementById("picks");
const options = () => [...list().children];
const active = () => list().querySelector("[aria-selected=true]");

function close() {
  clearTimeout(timer);
  asked?.abort();
  open = shown = null;
  byButton = waiting = false;
  if (!picker()) return;
  picker().hidden = true;
  list().replaceChildren();
  text().removeAttribute("aria-activedescendant");
}

function typed() {
  if (text().selectionStart !== text().selectionEnd) return null;
  const before = text().value.slice(0, text().selectionStart).slice(-200);
  for (const source of SOURCES) {
    const found = source.applies() && before.match(source.opens);
    if (found) return { source, start: text().selectionStart - found[1].length, question: found[2] };
  }
  return null;
}

function look() {
  const now = typed();
  if (!now) {
    dismissed = -1;
    return close();
  }
  if (now.start === dismissed) return;
  const first = !open;
  open = now;
  clearTimeout(timer);
  timer = setTimeout(ask, first ? 0 : PAUSE, now);
}

async function ask({ source, question }) {
  asked?.abort();
  asked = new AbortController();
  const { signal } = asked;
  const path = `/cases/${form().dataset.number}/${source.path}?q=${encodeURIComponent(question)}`;
  try {
    const answer = await fetch(path, { signal, headers: { "HX-Request": "true" } });
    const html = await answer.text();
    if (answer.ok && !signal.aborted && open) show(html, question);
  } catch {
    // aborted, or no connection: what stands there stays
  }
}

function show(html, question) {
  list().innerHTML = html;
  shown = question;
  picker().hidden = !options().length;
  activate(options().find((option) => option.ariaDisabled !== "true"));
  if (waiting) take();
}

// The first of what was asked for, not of what was asked for before: typing is quicker than the answer.
function take() {
  waiting = shown !== open.question;
  if (!waiting) choose(active());
}

function activate(option) {
  active()?.setAttribute("aria-selected", "false");
  const whole = document.getElementById("pick-whole");
  whole.hidden = !option?.dataset.text || option.dataset.kind === "callee";
  if (!option) return text().removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  text().setAttribute("aria-activedescendant", option.id);
  whole.textContent = option.dataset.text;
}

function step(by) {
  const able = options().filter((option) => option.ariaDisabled !== "true");
  activate(able[(able.indexOf(active()) + by + able.length) % able.length]);
}

// As if it was typed, so that the browser's own undo takes it back.
function put(value, start, end = text().selectionStart) {
  text().focus();
  text().setSelectionRange(start, end);
  const done = value ? document.execCommand("insertText", false, value) : document.execCommand("delete");
  if (done) return;
  text().setRangeText(value, start, end, "end");
  text().dispatchEvent(new InputEvent("input", { bubbles: true }));
}

function choose(option) {
  if (!option || option.ariaDisabled === "true") return;
  const { start } = open;
  const { kind, id, files = "[]" } = option.dataset;
  close();
  dismissed = start;
  put(kind === "macro" ? "" : option.dataset.text, start);
  dismissed = -1;
  if (kind === "macro") return apply(id, start);
  attach(JSON.parse(files));
}

export async function apply(id, start = text().selectionStart) {
  const { number } = form().dataset;
  const body = new URLSearchParams({ macro: id, csrf: document.querySelector("meta[name=csrf]").content });
  const answer = await fetch(`/cases/${number}/macros`, { method: "POST", body, headers: { "HX-Request": "true", Accept: "application/json" } }).catch(() => null);
  const toasts = document.getElementById("toasts");
  const done = await answer?.json().catch(() => null);
  if (!answer?.ok && done?.toast) return toasts.insertAdjacentHTML("beforeend", done.toast);
  if (!answer?.ok) {
    const element = document.createElement("div");
    element.className = "toast bad";
    element.append(say("macro_failed"));
    return toasts.append(element);
  }
  toasts.insertAdjacentHTML("beforeend", done.toast);
  htmx.process(toasts.lastElementChild);
  document.dispatchEvent(new Event("case-changed"));
  if (form()?.dataset.number !== number) return;
  if (done.text) put(done.text, start, start);
  attach(done.files);
}

function dismiss() {
  const { start } = open;
  const mine = byButton;
  close();
  dismissed = start;
  if (mine) put("", start);
}

function press(event) {
  if (picker().hidden) return;
  const keys = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: take,
    Tab: take,
    Escape: dismiss,
  };
  if (!keys[event.key] || event.ctrlKey || event.metaKey || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  event.stopPropagation();
  keys[event.key]();
}

function warn() {
  const left = [...new Set(text().value.match(VARIABLE) ?? [])];
  const line = document.getElementById("unfilled");
  line.hidden = !left.length;
  line.querySelector("span").textContent = left.length ? say("unfilled", { names: left.join(", ") }) : "";
}

export function startSlash() {
  open = null;
  if (!form()) return;
  text().setAttribute("aria-autocomplete", "list");
  text().setAttribute("aria-controls", "picks");
  text().addEventListener("input", () => {
    look();
    warn();
  });
  text().addEventListener("keydown", press);
  text().addEventListener("click", look);
  text().addEventListener("blur", close);
  list().addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  list().addEventListener("click", (event) => choose(event.target.closest("[role=option]")));
  document.getElementById("canned").addEventListener("click", () => {
    const before = text().value.slice(0, text().selectionStart);
    put(/(^|\s)$/.test(before) ? "/" : " /", text().selectionStart, text().selectionEnd);
    byButton = true;
  });
  warn();
}

document.addEventListener("message-sent", () => text() && warn());
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-edit]")) return;
  document.getElementById("conflict").replaceChildren();
  const found = text().value.match(VARIABLE);
  text().focus();
  if (found) text().setSelectionRange(text().value.indexOf(found[0]), text().value.indexOf(found[0]) + found[0].length);
});
