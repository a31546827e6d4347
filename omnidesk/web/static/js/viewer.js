// Pictures of a conversation, large: one after the other, back to where one was.
const dialog = document.getElementById("viewer");
const picture = dialog.querySelector("img");
const name = dialog.querySelector("figcaption");
const original = dialog.querySelector("[data-original]");
let links = [];
let at = 0;

function isPicture(link) {
  return link.querySelector("img") !== null;
}

function show(index) {
  at = (index + links.length) % links.length;
  const link = links[at];
  picture.src = original.href = link.href;
  picture.alt = link.querySelector("span")?.textContent || link.querySelector("img").alt;
  name.textContent = links.length > 1 ? `${picture.alt} · ${at + 1}/${links.length}` : picture.alt;
  for (const button of dialog.querySelectorAll("[data-step]")) button.hidden = links.length < 2;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#lines .bubble a[target=_blank]");
  if (!link || !isPicture(link) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  links = [...document.querySelectorAll("#lines .bubble a[target=_blank]")].filter(isPicture);
  show(links.indexOf(link));
  dialog.showModal();
});
dialog.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button) show(at + Number(button.dataset.step));
  else if (event.target === dialog || event.target.matches("figure")) dialog.close();
});
dialog.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (by && links.length > 1) show(at + by);
});
dialog.addEventListener("close", () => {
  picture.removeAttribute("src");
  links[at]?.focus();
});
