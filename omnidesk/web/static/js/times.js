// Keeps relative times true while the page is open; says them as times.py does.
import { say, units } from "./words.js";

const SOON = 3600;

function lasting(seconds) {
  const size = Math.abs(seconds);
  const [unit, text] = units.find(([least]) => size >= least) ?? units.at(-1);
  return text.replace("{n}", Math.max(1, Math.floor(size / unit)));
}

const ways = {
  ago: (left) => (left > -60 ? say("now") : left > -7 * 86400 ? lasting(left) : null),
  due: (left) => say(left > 0 ? "due" : "overdue", { time: lasting(left) }),
  left: (left) => say(left > 0 ? "left" : "overdue", { time: lasting(left) }),
};

// A zone that the browser doesn't know stays as the server said it.
function clockIn(timeZone) {
  try {
    return new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone }).format();
  } catch {
    return null;
  }
}

// The desk's clock may be ahead of the browser's, where time was let run.
function secondsUntil(moment) {
  return (Date.parse(moment) - Date.now()) / 1000 - Number(document.documentElement.dataset.ahead ?? 0);
}

export function keepTimes(root = document) {
  for (const time of root.querySelectorAll("time[data-kept]")) {
    const text = ways[time.dataset.kept](secondsUntil(time.dateTime));
    if (text !== null && text !== time.textContent) time.textContent = text;
  }
  for (const time of root.querySelectorAll("time[data-clock]")) {
    const text = clockIn(time.dataset.clock);
    if (text !== null && text !== time.textContent) time.textContent = text;
  }
  for (const element of root.querySelectorAll("[data-due]")) {
    const left = secondsUntil(element.dataset.due);
    if (element.tagName === "METER") element.value = Math.max(0, element.max - left);
    else {
      element.classList.toggle("bad", left <= 0);
      element.classList.toggle("warn", left > 0 && left < SOON);
      element.classList.toggle("ok", left >= SOON);
    }
  }
}

keepTimes();
setInterval(keepTimes, 15000);
document.addEventListener("htmx:after:swap", () => keepTimes());
document.addEventListener("visibilitychange", () => keepTimes());
