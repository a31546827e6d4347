// This browser as one that is told: asked for by a button, and told to the server anew once in a session.
import { say } from "./words.js";

const place = document.querySelector("[data-push-key]");
const able = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
const icons = document.querySelector("link[rel=apple-touch-icon]").href.replace(/\/[^/]*$/, "");

function post(path, fields) {
  const body = new URLSearchParams({ ...fields, csrf: document.querySelector("meta[name=csrf]").content });
  return fetch(path, { method: "POST", body, headers: { "HX-Request": "true" } });
}

function worker() {
  return navigator.serviceWorker.register(`/service-worker.js?icons=${encodeURIComponent(new URL(icons).pathname)}`);
}

async function keep(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const answer = await post("/push-subscriptions", { endpoint, ...keys });
  if (answer.ok) sessionStorage.setItem("pushed", "1");
  return answer.ok;
}

async function current() {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return registration?.pushManager.getSubscription();
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

async function show() {
  const subscribed = able && (await current()) && Notification.permission === "granted";
  const state = !able ? "push_unable" : Notification.permission === "denied" ? "push_denied" : subscribed ? "push_on" : "push_off";
  place.querySelector("[role=status]").textContent = say(state);
  place.querySelector("[data-push=on]").hidden = state !== "push_off";
  place.querySelector("[data-push=off]").hidden = state !== "push_on";
}

async function subscribe() {
  if ((await Notification.requestPermission()) !== "granted") return;
  await worker();
  const { pushManager } = await navigator.serviceWorker.ready;
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(place.dataset.pushKey) });
  if (!(await keep(subscription))) await subscription.unsubscribe();
}

async function unsubscribe() {
  const subscription = await current();
  if (!subscription) return;
  await post("/push-subscriptions/removal", { endpoint: subscription.endpoint });
  await subscription.unsubscribe();
}

place?.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-push]");
  if (!button) return;
  button.disabled = true;
  await (button.dataset.push === "on" ? subscribe() : unsubscribe()).catch(() => {
    place.querySelector("[role=alert]").textContent = say("push_failed");
  });
  button.disabled = false;
  await show();
});
if (place) show();
if (able && Notification.permission === "granted" && !sessionStorage.getItem("pushed"))
  current().then((subscription) => subscription && keep(subscription)).catch(() => {});
