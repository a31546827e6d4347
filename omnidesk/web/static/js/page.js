// Every page of a signed-in agent starts here.
import "./zone.js";
import "./toasts.js";
import "./times.js";
import "./menus.js";
import "./keyboard.js";
import "./completions.js";
import "./palette.js";
import "./selection.js";
import "./viewer.js";
import "./macro-form.js";
import "./notices.js";
import "./push.js";
import { startCase } from "./case.js";
import { startComposer } from "./composer.js";
import { startSlash } from "./slash.js";
import { markOpened } from "./list.js";
import { startPresence } from "./presence.js";
import { startLive, tell, tellShown } from "./live.js";

function start() {
  startCase();
  startComposer(tell);
  startSlash();
  markOpened();
}

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf]").content;
});
document.addEventListener("htmx:after:swap", (event) => {
  const into = event.detail.ctx.target; // where the server says so, it is named only
  if (into !== "#work" && into?.id !== "work") return;
  start();
  tellShown();
  if (document.activeElement === document.body) document.querySelector(".gone [data-back]")?.focus(); // what had it is gone
});
start();
startPresence(tell);
startLive();
