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
  if (event.detail.ctx.target?.id !== "work") return;
  start();
  tellShown();
});
start();
startPresence(tell);
startLive();
