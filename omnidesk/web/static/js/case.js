// The opened case: new rows come at the end, states change in place, reading is told to the server.
import { oneAtATime } from "./later.js";
import { say } from "./words.js";

const AGAIN = 10; // so many of the last rows are drawn again, since their delivery may have changed
const NEAR = 60; // px from the bottom that still count as the bottom
const TYPING = 6000;
const GLANCE = 8000; // ms until a message that came while one wrote counts as read
let readUpTo = 0;
let typingTimer = null;

export function opened() {
  return document.querySelector("main.case[data-number]");
}

function positions() {
  return [...document.querySelectorAll("#lines > .line")].map((line) => Number(line.dataset.position));
}

function isAtEnd() {
  const timeline = document.getElementById("timeline");
  return timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < NEAR;
}

export function toEnd() {
  follow();
  seen();
}

function follow() {
  const timeline = document.getElementById("timeline");
  timeline.scrollTop = timeline.scrollHeight;
}

// Who is in the middle of a sentence has not read what comes this instant: a reply that goes at once is still asked about.
function noticed(field, last) {
  const isWriting = document.activeElement?.id === "text" && document.activeElement.value;
  if (!isWriting) return (field.value = last);
  setTimeout(() => field.value < last && (field.value = last), GLANCE);
}

// What stands at the end of the visible conversation has been seen: replies are checked against it.
async function seen(arrived = false) {
  const last = positions().at(-1) ?? 0;
  document.getElementById("below").hidden = true;
  const field = document.getElementById("last-seen");
  if (!field || document.visibilityState !== "visible") return;
  if (arrived) noticed(field, last);
  else field.value = last;
  if (last <= readUpTo) return;
  readUpTo = last;
  const number = opened().dataset.number;
  const body = new URLSearchParams({ position: last, csrf: document.querySelector("meta[name=csrf]").content });
  await fetch(`/cases/${number}/read`, { method: "POST", body, headers: { "HX-Request": "true" } }).catch(() => {});
}

function firstToRefresh(all) {
  const unsettled = document.querySelector("#lines > .line[data-unsettled]");
  const recent = all.at(-AGAIN) ?? all[0] ?? 1;
  return Math.min(recent, Number(unsettled?.dataset.position ?? recent));
}

export const refreshCase = oneAtATime(async () => {
  const main = opened();
  if (!main) return;
  const all = positions();
  const last = all.at(-1) ?? 0;
  const timeline = document.getElementById("timeline");
  const before = isAtEnd() ? timeline.scrollTop : Infinity;
  const { number, view } = main.dataset;
  await htmx.ajax("GET", `/cases/${number}/changes?view=${view}&since=${firstToRefresh(all)}&last=${last}`, {
    source: "#timeline",
    swap: "none",
  });
  if (opened() !== main) return;
  const grew = (positions().at(-1) ?? 0) !== last;
  if (grew) {
    showTyping(null);
    document.dispatchEvent(new Event("case-grew"));
  }
  // Who scrolled up meanwhile reads there. A reply that waits to be undone stands at the end too.
  if (timeline.scrollTop >= before || (before < Infinity && isAtEnd())) {
    follow();
    seen(true);
  } else if (grew) document.getElementById("below").hidden = false;
});

export function showTyping(name) {
  const line = document.getElementById("typing");
  if (!line) return;
  clearTimeout(typingTimer);
  const atEnd = isAtEnd();
  line.hidden = !name;
  line.textContent = name ? say("typing", { name }) : "";
  if (name) typingTimer = setTimeout(() => showTyping(null), TYPING);
  if (atEnd && name) document.getElementById("timeline").scrollTop = document.getElementById("timeline").scrollHeight;
}

export function startCase() {
  readUpTo = 0;
  if (!opened()) return;
  const timeline = document.getElementById("timeline");
  timeline.addEventListener("scrollend", () => isAtEnd() && seen(true), { passive: true });
  document.getElementById("below").addEventListener("click", toEnd);
  toEnd();
}

document.addEventListener("case-changed", () => refreshCase());
document.addEventListener("visibilitychange", () => opened() && isAtEnd() && seen());
document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-read-first]")) return;
  document.getElementById("conflict").replaceChildren();
  toEnd();
  document.getElementById("timeline").focus();
});
