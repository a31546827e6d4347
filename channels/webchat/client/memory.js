// What survives a closed tab. Nothing is written here before the visitor has sent something.

/** The visitor's token, the messages not stored yet and a few habits; a key each, so that tabs never overwrite another. */
class Memory {
  /** Whose messages these are: the host site's id of a signed-in user, or "". */
  owner = "";
  #prefix = `omnidesk:${base.host}${base.pathname}:`;
  #fallback = new Map(); // storage may be full or forbidden; then it lasts as long as the page

  get(name) {
    try {
      return localStorage.getItem(this.#prefix + name) ?? this.#fallback.get(this.#prefix + name) ?? null;
    } catch {
      return this.#fallback.get(this.#prefix + name) ?? null;
    }
  }

  set(name, value) {
    if (value === null) return this.#drop(this.#prefix + name);
    try {
      localStorage.setItem(this.#prefix + name, value);
    } catch {
      this.#fallback.set(this.#prefix + name, value);
    }
  }

  get token() {
    return this.get("token");
  }

  set token(token) {
    this.set("token", token);
  }

  /** The name that a storage event is about, or null when it is not ours. */
  nameIn(event) {
    return event.key?.startsWith(this.#prefix) ? event.key.slice(this.#prefix.length) : null;
  }

  put(item) {
    this.set(`queue:${item.id}`, encode({ ...item, owner: this.owner }));
  }

  remove(id) {
    this.set(`queue:${id}`, null);
  }

  /** The waiting messages, oldest first: those of this visitor, and those written before signing in. */
  queue() {
    const items = this.#keys("queue:").map((key) => readItem(this.get(key.slice(this.#prefix.length))));
    return items.filter((item) => item && (!item.owner || item.owner === this.owner)).sort((a, b) => a.at - b.at);
  }

  /** Forget everything, as a shared computer should when somebody signs out. */
  clear() {
    for (const key of this.#keys()) this.#drop(key);
  }

  /** Our keys that begin so; the page's own are many, perhaps, and none of our business. */
  #keys(name = "") {
    const keys = new Set(this.#fallback.keys());
    try {
      for (const key of Object.keys(localStorage)) keys.add(key);
    } catch {} // forbidden: the fallback is all there is
    return [...keys].filter((key) => key.startsWith(this.#prefix + name));
  }

  #drop(key) {
    this.#fallback.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {} // forbidden: it was in the fallback only
  }
}

/** A waiting message; null where the page's storage holds something else under its name. */
function readItem(text) {
  try {
    const item = JSON.parse(text);
    return typeof item?.id === "string" && typeof item.type === "string" ? item : null;
  } catch {
    return null;
  }
}

/** What belongs to this tab alone: whether the chat is open, so that it stays so on the next page. */
const tab = {
  key: `omnidesk:${base.host}${base.pathname}:open`,
  get open() {
    try {
      return sessionStorage.getItem(this.key) !== null;
    } catch {
      return false;
    }
  },
  set open(open) {
    try {
      if (open) sessionStorage.setItem(this.key, "1");
      else sessionStorage.removeItem(this.key);
    } catch {} // forbidden: it closes with the page
  },
};
