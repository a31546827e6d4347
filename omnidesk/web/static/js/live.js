// The page's socket: it says what the page shows and hears what changed; what changed is fetched from its own URL.
import { opened, refreshCase, showTyping } from "./case.js";
import { heard } from "./composer/draft.js";
import { colleagueTypes, showPeople } from "./composer/people.js";
import { atMostEvery } from "./later.js";
import { dropRow, markDraft, openedNumber, query, refreshList, refreshRows, view } from "./list.js";
import { refreshSoon as refreshPresence } from "./presence.js";
import { keepTimes } from "./times.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const LONGEST_WAIT = 15000;
const PATIENCE = 2000; // a short gap is not worth a word
const offline = document.getElementById("offline");
let socket = null;
let failures = 0;
let complaint = null;
let again = null; // the next try, while there is no socket

const refreshCounts = atMostEvery(3000, () => htmx.trigger(document.body, "counts-changed"));

// Rows are fetched together: at once when it is quiet, else several times a second.
const due = new Set();
const fetchDue = atMostEvery(150, () => {
  const numbers = [...due];
  due.clear();
  refreshRows(numbers).catch(refreshSoon);
});

function drop(number) {
  due.delete(number);
  dropRow(number);
}

export function tell(what) {
  if (socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(what));
  return true;
}

export function tellShown() {
  tell({ show: { view, query, case: openedNumber() } });
}

function refreshAll() {
  refreshList().catch(() => {}); // the socket will break too, and everything be fetched again
  refreshCase();
  refreshCounts();
}

const refreshSoon = atMostEvery(3000, refreshAll);

function somebodyTypes({ author, name, on }) {
  if (author === "agent") colleagueTypes(name);
  else showTyping(on === false ? null : name);
}

function hear(message) {
  if (message.refresh) refreshAll();
  else if (message.gone) {
    drop(message.gone);
    refreshCounts();
    if (message.gone === openedNumber()) refreshCase();
  }
  else if (message.draft) {
    heard(message);
    markDraft(message.draft, message.version !== "0").catch(refreshSoon);
  } else if (message.here) message.here === openedNumber() && showPeople(message.people);
  else if (message.typing) message.typing === openedNumber() && somebodyTypes(message);
  else if (message.agents) refreshPresence();
  else if (message.elsewhere) message.elsewhere.forEach(drop);
  else if (message.counts) refreshCounts();
  else if ("ahead" in message) {
    document.documentElement.dataset.ahead = message.ahead;
    keepTimes();
  }
  else if (message.notices) htmx.trigger(document.body, "notices-changed");
  else if (message.case) {
    if (message.in_view) {
      due.add(message.case);
      fetchDue();
    } else drop(message.case);
    refreshCounts();
    if (message.case === openedNumber() && opened()) refreshCase();
  }
}

function connect() {
  again = null;
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
  socket.addEventListener("open", () => {
    tellShown();
    document.dispatchEvent(new Event("live-open"));
    if (failures) refreshAll();
    if (!offline.hidden) toast(say("connected"), "ok");
    clearTimeout(complaint);
    complaint = null;
    offline.hidden = true;
    failures = 0;
  });
  socket.addEventListener("message", (event) => hear(JSON.parse(event.data)));
  socket.addEventListener("close", lost);
}

function lost() {
  failures += 1;
  complaint ??= setTimeout(() => {
    offline.querySelector("span").textContent = say("offline");
    offline.hidden = false;
  }, PATIENCE);
  again = setTimeout(connect, Math.min(LONGEST_WAIT, 500 * 2 ** failures) * (0.5 + Math.random() / 2));
}

// A line that is cut says nothing: the socket would seem open for minutes.
window.addEventListener("offline", () => {
  if (socket?.readyState !== WebSocket.OPEN) return;
  socket.removeEventListener("close", lost);
  socket.close();
  lost();
});
window.addEventListener("online", () => {
  if (again === null) return;
  clearTimeout(again);
  connect();
});

window.addEventListener("pagehide", () => socket?.removeEventListener("close", lost));
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
export const startLive = connect;
