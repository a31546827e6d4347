// Colleagues at the same case: who looks at it, and who writes a reply.
import { say } from "../words.js";

const WRITES = 6000;
const GONE = 45000; // nobody said so again: the server is away, or a process of it
const writing = new Map(); // name → the timer that ends it
let people = [];
let goneTimer = null;

function draw() {
  const place = document.getElementById("people");
  if (!place) return;
  const names = [...new Set([...people, ...writing.keys()])];
  place.replaceChildren(
    ...names.map((name) => {
      const chip = document.createElement("span");
      chip.className = writing.has(name) ? "chip warn" : "chip";
      chip.textContent = say(writing.has(name) ? "writes" : "views", { name });
      return chip;
    }),
  );
}

export function showPeople(names) {
  people = names;
  for (const name of writing.keys()) if (!names.includes(name)) writing.delete(name);
  clearTimeout(goneTimer);
  goneTimer = setTimeout(() => showPeople([]), GONE);
  draw();
}

export function colleagueTypes(name) {
  clearTimeout(writing.get(name));
  writing.set(name, setTimeout(() => writing.delete(name) && draw(), WRITES));
  draw();
}

export function startPeople() {
  people = [];
  for (const timer of writing.values()) clearTimeout(timer);
  writing.clear();
  draw();
}
