// The bell: a new notice is said quietly on the page that one looks at, and counted on the app's icon.
import { does } from "./commands.js";
import { openedNumber } from "./list.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const bell = document.getElementById("bell");
let newest = null;

function hear() {
  const told = bell.querySelector("[data-notices]");
  if (!told) return;
  const count = Number(told.dataset.notices);
  if (count) navigator.setAppBadge?.(count).catch(() => {});
  else navigator.clearAppBadge?.().catch(() => {});
  const latest = BigInt(told.dataset.newest ?? 0);
  const isNew = newest !== null && latest > newest;
  if (newest === null || isNew) newest = latest; // what was there when the page opened is no news
  if (isNew && document.visibilityState === "visible" && !isShown(Number(told.dataset.case))) tell(told.dataset);
}

// What one sees happen needs no telling.
function isShown(number) {
  return number === openedNumber() || document.getElementById(`row-${number}`) !== null;
}

function tell({ said, case: number }) {
  const link = document.createElement("a");
  link.href = number === "0" ? "/notices" : `/cases/${number}`; // many at once stand in the list
  link.append(say("open"));
  const line = document.createDocumentFragment();
  line.append(`${said} `, link);
  toast(line, "notice", true);
}

document.addEventListener("htmx:after:swap", (event) => event.detail.ctx?.target?.id === "bell" && hear());
does("notices", () => (location.href = "/notices"));
hear(); // the bell may have come before this script
