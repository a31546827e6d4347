// Where the agent is: told to the server when it changes. And where colleagues are: every dot on the page follows.
import { does } from "./commands.js";
import { atMostEvery } from "./later.js";
import { words } from "./words.js";

const IDLE = Number(document.body.dataset.idleMinutes) * 60000;
let touched = Date.now();
let at = "";

function where() {
  if (Date.now() - touched >= IDLE) return "idle";
  return document.visibilityState === "visible" ? "desk" : "elsewhere";
}

export function startPresence(tell) {
  const look = () => {
    if (where() === at) return;
    if (tell({ at: where() })) at = where();
  };
  const touch = () => {
    touched = Date.now();
    if (at === "idle") look();
  };
  for (const input of ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"])
    document.addEventListener(input, touch, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") touched = Date.now();
    look();
  });
  document.addEventListener("live-open", () => {
    at = "";
    look();
    setTimeout(refreshSoon, 1000); // by then the server knows that this page is open
  });
  setInterval(look, Math.min(IDLE / 4, 5000));
}

async function refresh() {
  const answer = await fetch("/presence", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const everybody = await answer.json();
  for (const dot of document.querySelectorAll("[data-agent]")) dot.className = `dot ${everybody[dot.dataset.agent] ?? "off"}`;
  for (const word of document.querySelectorAll("[data-agent-word]")) word.textContent = words("presence")[everybody[word.dataset.agentWord] ?? "off"];
}

export const refreshSoon = atMostEvery(2000, refresh);

document.addEventListener("presence-changed", refreshSoon);
document.addEventListener("click", (event) => {
  const chosen = event.target.closest(".presences button");
  if (!chosen) return;
  for (const button of chosen.parentElement.querySelectorAll("button")) button.setAttribute("aria-pressed", String(button === chosen));
});
for (const button of document.querySelectorAll(".presences button")) does(`presence-${button.value}`, () => button.click());
