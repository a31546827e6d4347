// The list of cases: rows come, change and move without a reload. While the pointer moves over the list nothing
// jumps under it: contents change at once, places a moment later.
import { keepTimes } from "./times.js";
import { say } from "./words.js";

const STILL = 3000;
const MOST = 100; // rows in one request, as the server takes them
const list = document.getElementById("list");
const rows = document.getElementById("rows");
const fresh = document.getElementById("fresh");
const waiting = new Map(); // number → what will be done with its row
const droppedAt = new Map(); // number → when its row was taken away
let movedAt = -Infinity;
let settling = null;
const moved = new Set(); // numbers of opened cases whose rows belong elsewhere by now
let beside = null; // the rows around the one of the opened case, after it has left

export const view = list?.dataset.view ?? null;
export const query = list?.dataset.query ?? "";
const newestFirst = list?.dataset.sort === "newest";

export function openedNumber() {
  return Number(document.querySelector("main.case")?.dataset.number) || null;
}

function rowOf(number) {
  return document.getElementById(`row-${number}`);
}

function isBusy() {
  return rows.matches(":hover") && performance.now() - movedAt < STILL;
}

// Fetches rows and puts them where they belong; those that the list does not hold are taken away.
export async function refreshRows(numbers) {
  if (!view) return;
  if (numbers.length > MOST) return refreshList();
  const began = performance.now();
  const found = await fetchRows(numbers);
  for (const number of numbers) if (!(droppedAt.get(number) > began)) put(number, found.get(number) ?? null);
}

// What is still on its way for it is older.
export function dropRow(number) {
  droppedAt.set(number, performance.now());
  if (view) put(number, null);
}

function put(number, row) {
  const old = rowOf(number);
  if (number === openedNumber() && old && !row) beside = { next: old.nextElementSibling, last: old.previousElementSibling };
  if (row && old && number === openedNumber()) {
    update(old, row); // who works down the list goes on from where it stands
    moved.add(number);
  } else if (row && old && isBusy()) {
    update(old, row);
    const spot = spotOf(row);
    if (needsMove(old, spot)) later(number, () => place(rowOf(number), spot));
  } else if (isBusy() && (row || old)) {
    later(number, () => settle(number, row), Boolean(row));
  } else settle(number, row);
}

// One's own draft: its row says so while there is one.
export async function markDraft(number, there) {
  const row = view && rowOf(number);
  if (row && Boolean(row.querySelector(".draft")) !== there) await refreshRows([number]);
}

// Asks as htmx does, so that a session that has ended leads to the sign-in page.
async function ask(path) {
  const response = await fetch(path, { headers: { "HX-Request": "true" } });
  if (response.headers.has("HX-Redirect")) location.href = response.headers.get("HX-Redirect");
  return response;
}

async function fetchRows(numbers) {
  const response = await ask(`/inbox/${view}/rows/${numbers.join(",")}?${query}`);
  const holder = document.createElement("template");
  if (response.status === 200) holder.innerHTML = await response.text();
  const found = new Map([...holder.content.querySelectorAll(".row")].map((row) => [Number(row.dataset.number), row]));
  found.get(openedNumber())?.setAttribute("aria-current", "true");
  return found;
}

function settle(number, row) {
  const old = rowOf(number);
  if (!row) old?.remove();
  else if (old) {
    update(old, row);
    place(old, spotOf(row));
  } else place(row, spotOf(row));
}

// The row itself stays, so that focus and pointer stay with it.
function update(old, row) {
  for (const name of ["class", "data-at", "data-key"]) old.setAttribute(name, row.getAttribute(name));
  old.replaceChildren(...row.cloneNode(true).childNodes);
  keepTimes(old);
}

// Where a row belongs: the newest first, or the soonest first and then those without such a time, the newest first.
function spotOf(row) {
  const { key, at, id } = row.dataset;
  return { key: newestFirst || !key ? null : key, at, id: BigInt(id) };
}

function isAfter(one, other) {
  if (one.key !== other.key) return one.key === null || (other.key !== null && one.key > other.key);
  if (one.key !== null) return one.id > other.id;
  return one.at !== other.at ? one.at < other.at : one.id < other.id;
}

function follower(row, spot) {
  const others = [...rows.querySelectorAll(".row")].filter((other) => other !== row);
  return others.find((other) => isAfter(spotOf(other), spot)) ?? null;
}

function needsMove(row, spot) {
  let next = row.nextElementSibling;
  if (!next?.classList.contains("row")) next = null;
  return follower(row, spot) !== next;
}

function place(row, spot) {
  const focused = row.contains(document.activeElement);
  const before = follower(row, spot);
  const more = rows.querySelector(".more");
  if (!before && more && !row.isConnected) return; // it belongs to rows not loaded yet
  rows.insertBefore(row, before ?? more ?? rows.querySelector(".when-alone"));
  htmx.process(row);
  keepTimes(row);
  if (focused) row.focus({ preventScroll: true });
}

function later(number, work, isNew = false) {
  waiting.set(number, { work, isNew: isNew || waiting.get(number)?.isNew });
  const count = [...waiting.values()].filter((one) => one.isNew).length;
  fresh.hidden = count === 0;
  fresh.textContent = say("new", { n: count });
  settling ??= setInterval(() => isBusy() || settleAll(), 300);
}

function settleAll() {
  clearInterval(settling);
  settling = null;
  for (const { work } of waiting.values()) work();
  waiting.clear();
  fresh.hidden = true;
}

// Fetches the whole list again, after a gap.
export async function refreshList() {
  if (!view) return;
  const response = await ask(`/inbox/${view}/rows?${query}`);
  if (response.status !== 200) return;
  const focused = document.activeElement?.closest?.(".row")?.id;
  waiting.clear();
  fresh.hidden = true;
  rows.innerHTML = await response.text();
  htmx.process(rows);
  keepTimes(rows);
  markOpened();
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

export function markOpened() {
  const number = openedNumber();
  beside = null;
  for (const other of moved) {
    if (other === number) continue;
    moved.delete(other);
    if (rowOf(other)) place(rowOf(other), spotOf(rowOf(other)));
  }
  for (const row of rows?.querySelectorAll(".row[aria-current]") ?? []) row.removeAttribute("aria-current");
  if (number) rowOf(number)?.setAttribute("aria-current", "true");
}

// Moves the focus through the rows; loads more at the end by bringing it into sight.
export function step(by) {
  const all = [...(rows?.querySelectorAll(".row") ?? [])];
  if (!all.length) return;
  const current = document.activeElement?.closest?.(".row") ?? rows.querySelector(".row[aria-current]");
  const neighbour = by > 0 ? beside?.next : beside?.last;
  const at = current ? all.indexOf(current) + by : Math.max(all.indexOf(neighbour), 0);
  const row = all[Math.min(Math.max(at, 0), all.length - 1)];
  row.focus();
  row.scrollIntoView({ block: "nearest" });
  if (row === all.at(-1)) rows.scrollTop = rows.scrollHeight;
}

rows?.addEventListener("pointermove", (event) => {
  if (event.pointerType === "mouse") movedAt = performance.now();
});
fresh?.addEventListener("click", () => {
  settleAll();
  rows.scrollTop = 0;
});
