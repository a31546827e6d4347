// What scripts say, in the page's language; the page brings the texts along.
const texts = JSON.parse(document.getElementById("words").textContent);

export const units = texts.units;

export function say(name, values = {}) {
  return texts[name].replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export function words(name) {
  return texts[name];
}
