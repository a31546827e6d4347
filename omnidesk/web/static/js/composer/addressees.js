// Whom a reply is copied to: people who were named before, as ticks, and addresses that are typed.
const block = () => document.getElementById("addressees");
const button = () => document.getElementById("copying");
const ticks = () => [...block().querySelectorAll("input[type=checkbox]")];
const typed = () => [...block().querySelectorAll("input.address")];

export function addressed(form) {
  return {
    ticked: [...form.querySelectorAll(".addressees input[type=checkbox]:checked")].map((tick) => tick.value),
    typed: [...form.querySelectorAll(".addressees input.address")].map((field) => field.value),
  };
}

export function address({ ticked, typed: texts }) {
  for (const tick of ticks()) tick.checked = ticked.includes(tick.value);
  for (const [place, field] of typed().entries()) field.value = texts[place] ?? "";
  const offered = ticks().map((tick) => tick.value);
  const gone = ticked.filter((value) => !offered.includes(value));
  if (gone.length && typed().length) typed()[0].value = [...gone, texts[0]].filter(Boolean).join(", ");
  block().dataset.touched = "";
  show(isUsed());
}

function isUsed() {
  return ticks().some((tick) => tick.checked) || typed().some((field) => field.value);
}

function show(shown) {
  block().hidden = !shown;
  button().setAttribute("aria-expanded", String(shown));
}

function prepare() {
  button().hidden = !block().querySelector("fieldset");
  document.getElementById("reply-all").hidden = !block().querySelector("[data-named]");
  show(isUsed());
}

// What somebody chose meanwhile stays chosen.
async function renew() {
  const shown = block();
  const { number } = shown.closest("form").dataset;
  const answer = await fetch(`/cases/${number}/addressees`).catch(() => null);
  if (!answer?.ok) return;
  const fresh = await answer.text();
  if (block() !== shown || "touched" in shown.dataset) return;
  shown.innerHTML = fresh;
  prepare();
}

export function startAddressees(changed) {
  prepare();
  // On a phone the composer grows as it takes the focus: the button would move away from under the finger.
  for (const one of document.querySelectorAll(".copying"))
    one.addEventListener("mousedown", (event) => event.preventDefault());
  button().addEventListener("click", () => {
    show(block().hidden);
    if (!block().hidden) block().querySelector("input")?.focus();
  });
  document.getElementById("reply-all").addEventListener("click", () => {
    for (const tick of ticks()) tick.checked ||= "named" in tick.dataset;
    block().dataset.touched = "";
    show(true);
    changed();
    document.getElementById("text").focus();
  });
  block().addEventListener("input", () => (block().dataset.touched = ""));
  block().addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // or the browser presses the first button of the form
    document.getElementById("text").focus();
  });
}

document.addEventListener("message-sent", () => {
  if (!block()) return;
  for (const field of typed()) field.value = "";
  delete block().dataset.touched;
  renew();
});
document.addEventListener("case-grew", () => block() && renew());
