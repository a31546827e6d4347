// Commands by name: the server names them (web/commands.py), modules say what they do.
const known = [...document.querySelectorAll("#commands li")].map((item) => ({ ...item.dataset, title: item.textContent }));
const ways = new Map();

const there = {
  list: () => document.querySelector("#rows .row") !== null,
  case: () => document.querySelector("main.case[data-number]") !== null,
  text: () => false, // what is written with is the composer's own
  anywhere: () => true,
};

export function does(name, work) {
  ways.set(name, work);
}

export function possible() {
  return known.filter((command) => ways.has(command.name) && there[command.where]());
}

export function run(name) {
  ways.get(name)?.();
}

export function commandOf(keys) {
  return possible().find((command) => command.keys === keys);
}

export function beginsWith(keys) {
  return possible().some((command) => command.keys.startsWith(`${keys} `));
}
