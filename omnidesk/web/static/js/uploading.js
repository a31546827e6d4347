// A file on its way to the server, as a line of a list: its progress, the handle that it gets, and a way to remove it.
import { say } from "./words.js";

export function row(list, name, removed) {
  const element = document.createElement("li");
  const label = document.createElement("span");
  const progress = document.createElement("progress");
  const remove = document.createElement("button");
  label.textContent = name;
  progress.max = 1;
  remove.type = "button";
  remove.textContent = "×";
  remove.setAttribute("aria-label", say("remove", { name }));
  remove.addEventListener("click", () => {
    element.dispatchEvent(new Event("removed"));
    element.remove();
    removed();
  });
  element.dataset.name = name;
  element.append(label, progress, remove);
  list.append(element);
  return element;
}

export function uploaded(element, handle) {
  element.dataset.handle = handle;
  element.querySelector("progress").remove();
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name: "upload", value: handle });
  element.append(field);
}

export function failed(element, why, limit = "") {
  element.classList.add("failed");
  element.querySelector("progress")?.remove();
  element.querySelector("span").textContent = say(why, { name: element.dataset.name, limit });
}

// XMLHttpRequest, since fetch tells nothing of an upload's progress.
export function send(file, element, { done, failed: gaveUp }) {
  const request = new XMLHttpRequest();
  request.open("POST", "/uploads");
  request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
  request.setRequestHeader("X-Filename", encodeURIComponent(element.dataset.name));
  request.setRequestHeader("X-CSRF-Token", document.querySelector("meta[name=csrf]").content);
  request.upload.onprogress = (event) => (element.querySelector("progress").value = event.loaded / event.total);
  request.onload = () => {
    if (request.status !== 201) return gaveUp();
    uploaded(element, JSON.parse(request.responseText).handle);
    done();
  };
  request.onerror = gaveUp;
  element.addEventListener("removed", () => request.abort());
  request.send(file);
}
