// The page we stand on: what its script tag says, in which language, and what its frameworks may have bent.

// A page may have an element named currentScript, or fetch us in a way of its own; then our address is looked for.
const tag = document.currentScript instanceof HTMLScriptElement ? document.currentScript : document.querySelector("script[src*='/widget.js']");
const base = new URL(".", tag?.src || location.href);
const wishes = { ...tag?.dataset };
const pageLanguage = wishes.language || document.documentElement.lang || navigator.language;
const language = nearest(pageLanguage);
const words = config.words[language];
const title = config.title || words.title;

function nearest(code) {
  const primary = (code || "").toLowerCase().split(/[-_]/)[0];
  return Object.hasOwn(config.words, primary) ? primary : "en";
}

const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** JSON of plain data. Old frameworks give arrays a `toJSON` that turns them into strings; this asks nobody. */
function encode(value) {
  if (Array.isArray(value)) return `[${value.map(encode).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const pairs = Object.entries(value).filter(([, item]) => item !== undefined);
  return `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${encode(item)}`).join()}}`;
}

/** The bytes of a message on its way. */
const sizeIn = (message) => new TextEncoder().encode(encode(message)).length;

/** An id for a message. Not randomUUID: that is missing on pages without TLS. */
function newId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The page's address for the agent, without its query and fragment: those may hold what is nobody's business. */
const whereWeAre = () => ({ url: (location.origin + location.pathname).slice(0, 500) });

/** One tab at a time. Pages without TLS have no locks; there the ids alone keep a message from being doubled. */
const alone = (name, act) => (navigator.locks ? navigator.locks.request(`omnidesk:${base.href}:${name}`, act) : act());

/** What only one of several tabs needs to do, such as making a sound. */
function once(name, act) {
  const hold = (lock) => lock && (act(), new Promise((done) => setTimeout(done, 1000)));
  if (navigator.locks) navigator.locks.request(`omnidesk:${base.href}:${name}`, { ifAvailable: true }, hold);
  else act();
}
