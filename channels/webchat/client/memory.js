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
    const waiting = this.#all().filter(([key]) => key.startsWith(`${this.#prefix}queue:`));
    const items = waiting.map(([, text]) => JSON.parse(text)).filter((item) => !item.owner || item.owner === this.owner);
    return items.sort((a, b) => a.at - b.at);
  }

  /** Forget everything, as a shared computer should when somebody signs out. */
  clear() {
    for (const [key] of this.#all()) if (key.startsWith(this.#prefix)) this.#drop(key);
  }

  #all() {
    const all = new Map(this.#fallback);
    try {
      for (const key of Object.keys(localStorage)) all.set(key, localStorage.getItem(key));
    } catch {} // forbidden: the fallback is all there is
    return [...all];
  }

  #drop(key) {
    this.#fallback.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {} // forbidden: it was in the fallback only
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
