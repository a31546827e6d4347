// Elements, icons, links and times.

const ICONS = {
  chat: "M21 12a8 8 0 0 1-8 8H4l2-3.2A8 8 0 1 1 21 12z",
  close: "M6 6l12 12M18 6L6 18",
  down: "M6 9l6 6 6-6",
  arrow: "M12 5v14M6 13l6 6 6-6",
  clip: "M8 12l6-6a3 3 0 0 1 4 4l-8 8a5 5 0 0 1-7-7l7-7",
  send: "M21 4L3 11l6 2.5L11.5 20z M9 13.5L21 4",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  sound: "M4 9.5v5h3.5L12 18V6L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4l3 2",
  check: "M5 12.5l4.5 4.5L19 7.5",
  checks: "M2 12.5l4.5 4.5L16 7.5M11 16l1 1L21.5 7.5",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14",
};

/** An element; data reaches the page as text and properties only, never as HTML. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value != null) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

const button = (attributes, ...children) => make("button", { type: "button", ...attributes }, ...children);

function icon(name, size = 20) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": true })) {
    svg.setAttribute(key, value);
  }
  svg.append(path);
  return svg;
}

/** Put a text where it changed only: a screen reader reads what is written again. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
  element.hidden = !text;
}

const webAddress = (text) => {
  const url = URL.canParse(text, base) ? new URL(text, base) : null;
  return url && /^https?:$/.test(url.protocol) ? url.href : null;
};

const link = (href, ...children) => make("a", { href, target: "_blank", rel: "noopener noreferrer" }, ...children);

/** Text with its web addresses made links. */
function textParts(text) {
  return text.split(/(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]])/).map((part, index) => {
    const href = index % 2 ? webAddress(part) : null;
    return href ? link(href, part) : part;
  });
}

const exactly = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const date = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const dateOfAnotherYear = new Intl.DateTimeFormat(language, { dateStyle: "long" });

function dayOf(at) {
  const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
  const days = Math.round((midnight(Date.now()) - midnight(at)) / 86_400_000);
  if (days < 2) return days < 1 ? words.today : words.yesterday;
  const thisYear = new Date(at).getFullYear() === new Date().getFullYear();
  return (thisYear ? date : dateOfAnotherYear).format(new Date(at));
}

/** Bring `list` in line with `lines`; what did not change keeps its node, so that nothing is read out twice. */
function reconcile(list, lines, chat) {
  const before = new Map([...list.children].map((node) => [node.key, node]));
  let place = list.firstChild;
  for (const line of lines) {
    const form = encode(line);
    let node = before.get(line.key);
    if (node?.drawn !== form) {
      if (node && node === place) place = place.nextSibling;
      node?.remove();
      node = Object.assign(DRAWINGS[line.kind](line, chat), { key: line.key, drawn: form });
    }
    before.delete(line.key);
    if (node === place) place = place.nextSibling;
    else list.insertBefore(node, place);
  }
  for (const gone of before.values()) gone.remove();
}
