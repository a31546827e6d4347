// The draft: kept on the server while one types. What another window wrote is offered, never put under the caret.
// What the server does not have yet stands in sessionStorage, until it can be reached.
import { say } from "../words.js";

const PAUSE = 700;
const KEPT_ALIVE = 60_000; // bytes as they are sent; browsers let 64 KB outlive a page
let current = null;

const key = (draft) => `draft:${draft.form.dataset.number}`;
const path = (draft) => `/cases/${draft.form.dataset.number}/draft`;
const print = ({ text, kind, files, cc, bcc, at, template = "", values = [] }) =>
  JSON.stringify(text || files.length || template ? [text, kind, files, cc, bcc, at, template, values] : []);
const isClean = (draft) => print(draft.gather()) === draft.kept;

function note(text) {
  document.getElementById("saved").textContent = text;
}

function net(draft) {
  return JSON.parse(sessionStorage.getItem(key(draft)) ?? "null");
}

// Begins with what the page brought along; what was left unsaved here is newer.
export function startDraft(form, gather, fill) {
  if (current && current.form !== form && !isClean(current)) save(current);
  const brought = JSON.parse(document.getElementById("draft").textContent);
  const draft = { form, gather, fill, version: brought.version, kept: print(gather()), timer: null, saving: null, other: null };
  current = draft;
  if (brought.version !== "0") fill(brought);
  draft.kept = print(gather());
  const left = net(draft);
  if (!left) return;
  draft.version = left.version;
  fill(left);
  save(draft);
}

export function changed() {
  const draft = current;
  clearTimeout(draft.timer);
  if (isClean(draft)) return sessionStorage.removeItem(key(draft));
  sessionStorage.setItem(key(draft), JSON.stringify({ ...draft.gather(), version: draft.version }));
  note("");
  draft.timer = setTimeout(() => save(draft), PAUSE);
}

// One save at a time; gives when all that is written is kept, or can't be.
export async function save(draft = current) {
  while (draft.saving) await draft.saving;
  clearTimeout(draft.timer);
  if (draft.other || isClean(draft)) return;
  draft.saving = send(draft).catch(() => draft === current && note(say("kept_here")));
  await draft.saving;
  draft.saving = null;
}

async function send(draft) {
  const written = draft.gather();
  const fields = body(draft, written);
  const answer = await fetch(path(draft), {
    method: "POST",
    body: fields,
    headers: { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content, Accept: "application/json" },
    keepalive: `${fields}`.length < KEPT_ALIVE,
  });
  if (answer.status === 409) return compare(draft);
  if (!answer.ok) throw new Error(answer.statusText);
  draft.version = (await answer.json()).version;
  draft.kept = print(written);
  if (!isClean(draft)) return;
  sessionStorage.removeItem(key(draft));
  if (draft === current) note(written.text || written.files.length || written.template ? say("saved") : "");
}

function body(draft, { text, kind, files, cc, bcc, at, template, values }) {
  const fields = new URLSearchParams({ version: draft.version, text, kind, at, template });
  for (const value of values) fields.append("value", value);
  for (const file of files) fields.append("upload", file.handle);
  for (const address of cc) fields.append("cc", address);
  for (const address of bcc) fields.append("bcc", address);
  return fields;
}

async function fetched(draft) {
  const answer = await fetch(path(draft), { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
}

// Somebody else's hand was here: one's own, in another window.
async function compare(draft) {
  const other = await fetched(draft);
  if (other.version === draft.version) return;
  if (print(other) === print(draft.gather())) adopt(draft, other);
  else if (isClean(draft) && !draft.form.contains(document.activeElement)) take(draft, other);
  else if (draft === current) offer(draft, other);
}

function adopt(draft, other) {
  draft.version = other.version;
  draft.kept = print(other);
  sessionStorage.removeItem(key(draft));
}

function take(draft, other) {
  draft.fill(other);
  adopt(draft, other);
  draft.kept = print(draft.gather());
  close(draft);
}

function offer(draft, other) {
  draft.other = other;
  const place = document.getElementById("other-window");
  place.hidden = false;
  place.querySelector("[data-take]").onclick = () => {
    take(draft, draft.other);
    document.getElementById("text").focus();
  };
  place.querySelector("[data-keep]").onclick = () => {
    draft.version = draft.other.version;
    draft.kept = print(draft.other);
    close(draft);
    save(draft);
    document.getElementById("text").focus();
  };
}

function close(draft) {
  draft.other = null;
  document.getElementById("other-window").hidden = true;
}

// Another window, or this one, changed the draft of a case.
export async function heard({ draft: number, version }) {
  const draft = current;
  if (!draft || Number(draft.form.dataset.number) !== number) return;
  while (draft.saving) await draft.saving;
  if (version === draft.version) return;
  await compare(draft).catch(() => {});
}

// What the server put back stands before what is written here by now.
export async function bringBack() {
  const draft = current;
  take(draft, await fetched(draft));
}

// It was sent: nothing is left to keep, here or there.
export async function forget() {
  const draft = current;
  clearTimeout(draft.timer);
  sessionStorage.removeItem(key(draft));
  close(draft);
  note("");
  const late = draft.saving;
  await late;
  if (!late) draft.version = "0";
  draft.kept = print({ text: "", files: [] });
  if (!late) return;
  draft.kept = "";
  await save(draft);
}

window.addEventListener("pagehide", () => current && save());
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && current && save());
