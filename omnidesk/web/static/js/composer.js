// The composer: what is written, as reply or note, and its sending.
import { toEnd } from "./case.js";
import { address, addressed, startAddressees } from "./composer/addressees.js";
import { startCounter } from "./composer/counter.js";
import { changed, forget, startDraft } from "./composer/draft.js";
import { showLoss, startFormatting } from "./composer/formatting.js";
import * as way from "./composer/way.js";
import { startPeople } from "./composer/people.js";
import "./composer/inserting.js";
import "./composer/pending.js";
import { startSending } from "./composer/sending.js";
import * as window_ from "./composer/window.js";
import { handles, isMissing, isUploading, show, startUploads } from "./composer/uploads.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const TYPING_EVERY = 3000;
let typedAt = -Infinity;
let sent = "";

const form = () => document.getElementById("composer");
const text = () => document.getElementById("text");
const kind = () => form().elements.kind.value;

function written(composer) {
  const { ticked, typed } = addressed(composer);
  const [cc = "", bcc = ""] = typed;
  return {
    text: composer.elements.text.value,
    kind: composer.elements.kind.value,
    files: handles(composer),
    cc: [...ticked, cc].filter(Boolean),
    bcc: [bcc].filter(Boolean),
    at: way.chosen(composer),
    ...window_.chosen(composer),
  };
}

function fill(draft) {
  text().value = draft.text;
  choose(draft.kind);
  address({ ticked: draft.cc, typed: ["", draft.bcc.join(", ")] });
  show(draft.files);
  way.choose(form(), draft.at ?? "");
  window_.restore(form(), draft);
  text().dispatchEvent(new Event("filled", { bubbles: true }));
  showLoss(form());
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
  window_.show(form());
  if (window_.isTemplating()) window_.focus();
  else text().focus();
}

// What was written while it was on its way stays.
function clear() {
  text().value = text().value.startsWith(sent) ? text().value.slice(sent.length).trimStart() : "";
  show([]);
  document.getElementById("conflict").replaceChildren();
  choose("reply");
  way.choose(form(), "");
  way.show(form());
  window_.forget(form());
  showLoss(form());
  forget().then(() => text().value && changed());
  toEnd();
}

export function startComposer(tell) {
  startPeople();
  if (!form()) return;
  const composer = form();
  startAddressees(changed);
  startUploads(composer, changed);
  startSending(composer);
  startFormatting(composer);
  startCounter(composer);
  window_.startWindow(composer, changed);
  startDraft(composer, () => written(composer), fill);
  way.show(composer);
  composer.addEventListener("input", (event) => {
    if (event.target.name === "kind") choose(event.target.value);
    fit();
    way.show(composer);
    window_.show(composer);
    showLoss(composer);
    changed();
    if (event.target !== text() || kind() !== "reply" || performance.now() - typedAt < TYPING_EVERY) return;
    typedAt = performance.now();
    tell({ typing: Number(composer.dataset.number) });
  });
  composer.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    const resolving = event.shiftKey && kind() === "reply" && document.getElementById("send-resolved");
    composer.requestSubmit(resolving || document.getElementById("send"));
  });
}

document.addEventListener("htmx:before:request", (event) => {
  if (event.target.id !== "composer") return;
  sent = window_.isTemplating() ? "" : text().value;
  if (!isUploading() && !isMissing()) return;
  event.preventDefault();
  toast(say(isUploading() ? "uploading" : "missing_file"), "bad");
});
document.addEventListener("message-sent", (event) => {
  if (event.target.id !== "composer" || event.target !== form()) return;
  clear();
  if (!matchMedia("(pointer: fine)").matches) return;
  if (window_.isTemplating()) window_.focus();
  else text().focus();
});
