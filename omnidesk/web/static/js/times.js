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

// What had counted when the page was drawn, and what counts since then: only while the team's hours go on.
function counted({ counted, from, to }) {
  const passed = -secondsUntil(from);
  const most = to ? (Date.parse(to) - Date.parse(from)) / 1000 : Infinity;
  return Number(counted) + Math.max(0, Math.min(passed, most));
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
    element.classList.toggle("bad", left <= 0);
    element.classList.toggle("warn", left > 0 && left < SOON);
    element.classList.toggle("ok", left >= SOON);
  }
  for (const meter of root.querySelectorAll("meter[data-counted]")) meter.value = counted(meter.dataset);
}

keepTimes();
setInterval(keepTimes, 15000);
document.addEventListener("htmx:after:swap", () => keepTimes());
document.addEventListener("visibilitychange", () => keepTimes());
