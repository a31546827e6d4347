// The form of a calendar: hours are added to a day, copied and removed; single days likewise, also from a holiday.
const form = document.getElementById("calendar");
const days = document.getElementById("single-days");

// What the form says has changed without anybody typing.
const changed = () => form.dispatchEvent(new Event("input", { bubbles: true }));

function add(day) {
  const intervals = day.querySelector(".intervals");
  intervals.querySelector(".none").before(day.querySelector("template").content.cloneNode(true));
  return [...intervals.querySelectorAll(".interval")].at(-1);
}

function copy(monday) {
  const read = (name) => [...monday.querySelectorAll(`[name=${name}]`)].map((input) => input.value);
  const [from, to] = [read("hours_from"), read("hours_to")];
  for (const name of ["tue", "wed", "thu", "fri"]) {
    const day = form.querySelector(`[data-day=${name}]`);
    for (const old of day.querySelectorAll(".interval")) old.remove();
    from.forEach((start, index) => {
      const interval = add(day);
      interval.querySelector("[name=hours_from]").value = start;
      interval.querySelector("[name=hours_to]").value = to[index];
      fit(interval);
    });
  }
}

function fit(interval) {
  const start = interval.querySelector("[name=hours_from]").value;
  const end = interval.querySelector("[name=hours_to]").value;
  interval.querySelector(".next-day").hidden = !(end && end !== "00:00" && end <= start);
}

function addDay(date) {
  days.append(document.getElementById("single-day").content.cloneNode(true));
  const row = days.lastElementChild;
  if (date) {
    row.querySelector("[name=day_kind]").value = "hours";
    row.querySelector("[name=day_date]").value = date;
  }
  row.querySelector(date ? "[name=day_from]" : "[name=day_kind]").focus();
}

// The focus goes where the next thing of the kind is, or to what adds one.
function drop(button) {
  const row = button.closest(".interval, .single-day");
  const near = row.nextElementSibling?.querySelector("[data-drop]") ?? row.previousElementSibling?.querySelector("[data-drop]");
  const back = near ?? row.closest(".weekday")?.querySelector("[data-add]") ?? document.getElementById("add-day");
  row.remove();
  back.focus();
}

form.addEventListener("input", (event) => {
  const interval = event.target.closest?.(".interval");
  if (interval) fit(interval);
});
form.addEventListener("click", (event) => {
  const button = event.target.closest("button[type=button]");
  if (!button) return;
  if ("add" in button.dataset) add(button.closest(".weekday")).querySelector("[name=hours_from]").focus();
  else if ("copy" in button.dataset) copy(button.closest(".weekday"));
  else if ("drop" in button.dataset) drop(button);
  else if ("own" in button.dataset) addDay(button.dataset.own);
  else if (button.id === "add-day") addDay("");
  changed();
});
