// The socket.

const PING = 30_000; // browsers hide the protocol's own pings from scripts
const PATIENCE = 10_000; // silence after we spoke means that the connection is dead
const LONGEST_DELAY = 30_000;
const RESTARTING = 1001;
const REFUSED = [4401, 1009]; // an identity that is wrong or missing, or one too long for a frame
const NO_ANSWER = ["typing", "seen"]; // silence after these means nothing

/** A socket that comes back: growing delays with jitter, and at once when the network or the tab returns. */
class Line {
  ready = false;
  #socket = null;
  #attempts = 0;
  #timers = {};

  /** `hello()` gives the first message; `heard(message)` takes every answer; `changed()` says that `ready` did; `refused()` says that the identity was, and that it is not tried again. */
  constructor({ hello, heard, changed, refused }) {
    Object.assign(this, { hello, heard, changed, refused });
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.started && this.#lost());
    addEventListener("pageshow", () => this.#hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#hurry());
  }

  get started() {
    return this.#socket !== null || this.#timers.retry !== undefined;
  }

  /** Whether the connection was lost, or never made, and is being tried again. */
  get failing() {
    return !this.ready && this.#attempts > 0;
  }

  start() {
    if (!this.started) this.#connect();
  }

  restart() {
    this.#drop();
    this.#connect();
  }

  stop() {
    this.#drop();
  }

  say(message) {
    if (!this.ready) return;
    try {
      this.#socket.send(encode(message));
    } catch {
      return this.#lost(); // a page may have bent even this
    }
    if (!NO_ANSWER.includes(message.type)) this.#timers.silence ??= setTimeout(() => this.#lost(), PATIENCE);
  }

  #hurry() {
    if (this.ready) this.say({ type: "ping" });
    else if (this.#timers.retry !== undefined) this.restart();
  }

  #connect() {
    this.#clear("retry");
    const socket = new WebSocket(new URL("socket", base.href.replace(/^http/, "ws")));
    this.#socket = socket;
    this.#timers.silence = setTimeout(() => this.#lost(), PATIENCE);
    socket.onopen = () => socket.send(encode(this.hello()));
    socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
    socket.onclose = (event) => this.#closed(event.code);
  }

  #hear(message) {
    this.#clear("silence");
    if (message.type === "welcome") {
      this.#attempts = 0;
      this.ready = true;
      this.#clear("ping");
      this.#timers.ping = setInterval(() => this.say({ type: "ping" }), PING);
    }
    this.heard(message);
  }

  #closed(code) {
    if (!this.ready && REFUSED.includes(code)) this.refused();
    else this.#lost(code);
  }

  #lost(code) {
    this.#drop();
    const first = code === RESTARTING ? 250 : 1000; // a server that restarts is back in a moment
    const delay = Math.min(LONGEST_DELAY, first * 2 ** this.#attempts++);
    this.#timers.retry = setTimeout(() => this.#connect(), delay * (0.5 + Math.random() / 2));
    this.changed();
  }

  #drop() {
    for (const name of Object.keys(this.#timers)) this.#clear(name);
    this.ready = false;
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #clear(name) {
    clearTimeout(this.#timers[name]); // ends intervals too: they share their ids
    delete this.#timers[name];
  }
}
