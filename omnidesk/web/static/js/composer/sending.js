// The menu beside Send: how the case stands afterwards, or when the reply goes. Each choice sends.
export function startSending(form) {
  const menu = form.querySelector("details.ways");
  if (!menu) return;
  const field = document.getElementById("own-time");
  const own = form.querySelector("[data-own-time]");
  own.addEventListener("click", (event) => {
    if (field.value) own.value = field.value;
    else {
      event.preventDefault();
      field.focus();
      field.showPicker?.();
    }
  });
  menu.addEventListener("click", (event) => event.target.closest("button") && (menu.open = false));
  form.addEventListener("message-sent", () => (field.value = ""));
}
