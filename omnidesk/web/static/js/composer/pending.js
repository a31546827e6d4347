// Replies that wait to be undone: their seconds are counted; what is taken back stands in the composer again.
import { say } from "../words.js";
import { bringBack, save } from "./draft.js";

const ends = new WeakMap(); // element → what the server said last, and when that ends here

function count() {
  for (const element of document.querySelectorAll("[data-left]")) {
    const { left } = element.dataset;
    if (ends.get(element)?.left !== left) ends.set(element, { left, at: performance.now() + left * 1000 });
    const seconds = Math.ceil((ends.get(element).at - performance.now()) / 1000);
    element.textContent = seconds > 0 ? say("sending_in", { n: seconds }) : say("being_sent");
  }
}

setInterval(count, 500);
document.addEventListener("click", (event) => event.target.closest?.("[data-take-back]") && save(), true);
document.addEventListener("reply-taken-back", async () => {
  await bringBack();
  document.getElementById("text").focus();
});
