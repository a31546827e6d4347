/*
 * Omnidesk web chat: a bubble for any page (docs/web-chat.md). Plain ES, nothing to build, one file because a page
 * includes one script. From top to bottom: Memory (what survives a closed tab), Line (the socket), drawing, Chat.
 *
 * No word is lost: a message is in Memory's queue before it is sent, and leaves it when the server says `stored`.
 * No word is doubled: it keeps its id however often it is sent, and its entry in the log carries that id as `echo`.
 */
(() => {
  "use strict";

  const config = /* config */ {}; // put in by widget.py: title, words, css
  const script = document.currentScript;
  if (!script || customElements.get("omnidesk-chat")) return;

  const base = new URL(".", script.src);
  const pageLanguage = script.dataset.language || document.documentElement.lang;
  const language = nearest(pageLanguage);
  const words = config.words[language];
  const title = config.title || words.title;

  function nearest(tag) {
    const primary = (tag || "").toLowerCase().split(/[-_]/)[0];
    return primary in config.words ? primary : "en";
  }

  const say = (key, values) => words[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /** An id for a message. Not randomUUID: that is missing on pages without TLS. */
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  // ---------------------------------------------------------------------------------------------- what is remembered

  /** The visitor's token and the messages not stored yet; a key each, so that two tabs never overwrite each other. */
  class Memory {
    #prefix = `omnidesk:${base.host}${base.pathname}:`;
    #fallback = new Map(); // storage may be full or forbidden; then it lasts as long as the page

    get token() {
      return this.#get("token");
    }

    set token(token) {
      this.#set("token", token);
    }

    holdsToken(event) {
      return event.key === `${this.#prefix}token`;
    }

    put(item) {
      this.#set(`queue:${item.id}`, JSON.stringify(item));
    }

    remove(id) {
      const key = `${this.#prefix}queue:${id}`;
      this.#fallback.delete(key);
      try {
        localStorage.removeItem(key);
      } catch {} // forbidden: it was in the fallback only
    }

    /** The waiting messages, oldest first. */
    queue() {
      const stored = new Map(this.#fallback);
      try {
        for (const key of Object.keys(localStorage)) stored.set(key, localStorage.getItem(key));
      } catch {} // forbidden: the fallback is all there is
      const waiting = [...stored].filter(([key]) => key.startsWith(`${this.#prefix}queue:`));
      return waiting.map(([, text]) => JSON.parse(text)).sort((a, b) => a.at - b.at);
    }

    #get(name) {
      try {
        return localStorage.getItem(this.#prefix + name) ?? this.#fallback.get(this.#prefix + name) ?? null;
      } catch {
        return this.#fallback.get(this.#prefix + name) ?? null;
      }
    }

    #set(name, value) {
      try {
        localStorage.setItem(this.#prefix + name, value);
      } catch {
        this.#fallback.set(this.#prefix + name, value);
      }
    }
  }

  // ------------------------------------------------------------------------------------------------------ the socket

  const PING = 30_000; // browsers hide the protocol's own pings from scripts
  const PATIENCE = 10_000; // silence after we spoke means that the connection is dead
  const LONGEST_DELAY = 30_000;

  /** A socket that comes back: growing delays with jitter, and at once when the network or the tab returns. */
  class Line {
    ready = false;
    #socket = null;
    #attempts = 0;
    #timers = {};

    /** `hello()` gives the first message; `heard(message)` takes every answer; `changed()` says that `ready` did. */
    constructor(hello, heard, changed) {
      Object.assign(this, { hello, heard, changed });
      addEventListener("online", () => this.#hurry());
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

    say(message) {
      if (!this.ready) return;
      this.#socket.send(JSON.stringify(message));
      this.#timers.silence ??= setTimeout(() => this.#lost(), PATIENCE);
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
      socket.onopen = () => socket.send(JSON.stringify(this.hello()));
      socket.onmessage = (event) => this.#hear(JSON.parse(event.data));
      socket.onclose = () => this.#lost();
    }

    #hear(message) {
      this.#clear("silence");
      if (message.type === "welcome") {
        this.#attempts = 0;
        this.ready = true;
        this.#timers.ping = setInterval(() => this.say({ type: "ping" }), PING);
      }
      this.heard(message);
    }

    #lost() {
      this.#drop();
      const delay = Math.min(LONGEST_DELAY, 1000 * 2 ** this.#attempts++);
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

  // --------------------------------------------------------------------------------------------------------- drawing

  const ICONS = {
    chat: "M21 12a8 8 0 0 1-8 8H4l2-3.200A8 8 0 1 1 21 12z",
    close: "M6 6l12 12M18 6L6 18",
    down: "M6 9l6 6 6-6",
    clip: "M8 12l6-6a3 3 0 0 1 4 4l-8 8a5 5 0 0 1-7-7l7-7",
    send: "M21 4L3 11l6 2.500L11.500 20z M9 13.500L21 4",
  };

  /** An element; data reaches the page as text and properties only, never as HTML. */
  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value != null) element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child != null));
    return element;
  }

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

  function drawFile(file) {
    const href = file.url && webAddress(file.url);
    if (!href) return make("span", { class: "file" }, icon("clip", 16), file.name);
    const picture = /^image\/(png|jpeg|gif|webp|avif)$/.test(file.content_type);
    const shown = picture ? [make("img", { src: href, alt: file.name, loading: "lazy" })] : [icon("clip", 16), file.name];
    const anchor = link(href, ...shown);
    anchor.className = "file";
    return anchor;
  }

  const drawings = {
    day: (line) => make("div", { class: "day" }, line.text),
    who: (line) => make("div", { class: "who" }, line.text),
    event: (line) => make("div", { class: "event" }, line.text),
    state: (line) => make("div", { class: "state", "aria-live": "off" }, line.text),
    bubble: (line) =>
      make("div", { class: line.mine ? "bubble me" : "bubble" },
        line.mine ? make("span", { class: "unseen" }, `${words.you}: `) : null,
        line.text ? make("span", { class: "words" }, ...textParts(line.text)) : null,
        ...line.files.map(drawFile)),
    quick: (line, chat) =>
      make("div", { class: "quick" },
        ...line.buttons.map((button) => make("button", { onclick: () => chat.press(button.id, button.text) }, button.text))),
    survey: (line, chat) =>
      make("div", { class: "survey", role: "group", "aria-label": line.text },
        line.text,
        make("div", { class: "scale" }, ...line.scale.map((score) => scoreButton(line, score, chat))),
        line.answered === null ? null : make("p", { class: "thanks" }, words.thanks)),
  };

  const scoreButton = (line, score, chat) =>
    make("button", {
      "aria-pressed": String(line.answered === score),
      "aria-label": say("score", { score, best: line.scale.at(-1) }),
      disabled: line.answered !== null,
      onclick: () => chat.press(`${line.button}:${score}`, String(score), true),
    }, String(score));

  const exactly = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  const date = new Intl.DateTimeFormat(language, { dateStyle: "long" });

  function dayOf(at) {
    const midnight = (time) => new Date(time).setHours(0, 0, 0, 0);
    const days = Math.round((midnight(Date.now()) - midnight(at)) / 86_400_000);
    if (days < 2) return days < 1 ? words.today : words.yesterday;
    return date.format(new Date(at));
  }

  /** Bring `list` in line with `lines`; what did not change keeps its node, so that nothing is read out twice. */
  function reconcile(list, lines, chat) {
    const before = new Map([...list.children].map((node) => [node.key, node]));
    let place = list.firstChild;
    for (const { at, ...line } of lines) {
      const form = JSON.stringify(line);
      let node = before.get(line.key);
      if (node?.drawn !== form) {
        if (node && node === place) place = place.nextSibling;
        node?.remove();
        node = Object.assign(drawings[line.kind](line, chat), { key: line.key, drawn: form });
      }
      if (at && node.at !== at) Object.assign(node, { at, title: exactly.format(new Date(at)) });
      before.delete(line.key);
      if (node === place) place = place.nextSibling;
      else list.insertBefore(node, place);
    }
    for (const gone of before.values()) gone.remove();
  }

  // -------------------------------------------------------------------------------------------------------- the chat

  class Chat extends HTMLElement {
    #memory = new Memory();
    #line = new Line(() => this.#hello(), (message) => this.#heard(message), () => this.#draw());
    #token = null;
    #offered = null; // the token we said hello with
    #cursor = "";
    #limits = { max_length: 4000, file_bytes: 10 * 1024 * 1024, files: 10 };
    #entries = new Map(); // by id, in the server's order
    #pending = new Map(); // our messages by id, until the log shows them
    #underway = null; // one message at a time, so that none overtakes another
    #chips = []; // files of the message being written
    #open = false;
    #seen = new Set();
    #typing = { name: "", until: 0, said: 0 };
    #notice = "";
    #parts = {};

    connectedCallback() {
      if (this.shadowRoot) return;
      this.#build();
      for (const item of this.#memory.queue()) this.#pending.set(item.id, item);
      addEventListener("storage", (event) => this.#elsewhere(event));
      document.addEventListener("visibilitychange", () => this.#look());
      if (this.#memory.token || this.#pending.size) this.#line.start();
      this.#draw();
    }

    /** Press a button or answer a survey: a message like any other, with the button's id. */
    press(button, text, survey = false) {
      this.#submit({ type: "button", button, text }, survey);
      const { input, scroll } = this.#parts;
      (survey || matchMedia("(pointer: coarse)").matches ? scroll : input).focus();
    }

    // -- talking to the server

    #hello() {
      this.#offered = this.#memory.token ?? this.#token;
      const cursor = this.#offered === this.#token ? this.#cursor : "";
      return { type: "hello", token: this.#offered, cursor, language: pageLanguage };
    }

    #heard(message) {
      const answers = {
        welcome: () => this.#welcome(message),
        entries: () => this.#take(message),
        stored: () => this.#stored(message.id),
        typing: () => this.#showTyping(message.name),
        error: () => this.#refused(message),
      };
      answers[message.type]?.();
      this.#draw();
    }

    #welcome(message) {
      const kept = this.#memory.token;
      if (kept && kept !== this.#offered) return this.#line.restart(); // another tab was quicker: be the same visitor
      if (message.token !== this.#token) this.#forget();
      this.#seen.clear(); // what we said we saw may have been lost; the server's word counts
      this.#token = message.token;
      this.#limits = message.limits;
      if (kept || this.#memory.queue().length) this.#memory.token = message.token;
      this.#take(message);
      this.#underway = null;
      this.#flush();
      this.#uploadWaiting();
    }

    #forget() {
      this.#entries.clear();
      this.#cursor = "";
    }

    #take({ entries, cursor }) {
      for (const entry of entries) {
        if (entry.direction === "outbound" && !this.#entries.has(entry.id)) this.#typing.until = 0;
        this.#entries.set(entry.id, entry);
        if (entry.echo) this.#settle(entry.echo);
      }
      this.#cursor = cursor;
      this.#look();
    }

    #stored(id) {
      this.#memory.remove(id);
      const item = this.#pending.get(id);
      if (item) item.stored = true;
      this.#next(id);
    }

    #settle(id) {
      this.#memory.remove(id);
      this.#pending.delete(id);
      this.#next(id);
    }

    #next(id) {
      if (this.#underway !== id) return;
      this.#underway = null;
      this.#notice = "";
      this.#flush();
    }

    #refused({ id, code, message, retry_after: wait }) {
      this.#notice = message;
      if (!id || id !== this.#underway) return;
      if (code === "too_fast") {
        setTimeout(() => id === this.#underway && this.#next(id), wait * 1000);
        return;
      }
      const item = this.#pending.get(id);
      this.#settle(id);
      this.#notice = message;
      if (item?.type === "message") this.#giveBack(item);
    }

    /** What was typed goes back to where it was typed, and its files with it. */
    #giveBack(item) {
      const { input } = this.#parts;
      input.value = [item.text, input.value].filter(Boolean).join("\n");
      this.#chips.unshift(...item.attachments.map((file) => ({ ...file, file: null })));
      this.#typed();
    }

    #submit(message, survey = false) {
      const item = { id: newId(), at: Date.now(), survey, ...message };
      this.#notice = "";
      this.#pending.set(item.id, item);
      this.#memory.put(item);
      this.#keepToken();
      this.#line.start();
      this.#flush();
      this.#draw(true);
    }

    /** From the first message on, the visitor is remembered; before it, nothing is written. */
    #keepToken() {
      const kept = this.#memory.token;
      if (kept && this.#token && kept !== this.#token) this.#line.restart();
      else if (!kept && this.#token) this.#memory.token = this.#token;
    }

    #flush() {
      if (!this.#line.ready || this.#underway) return;
      const item = this.#memory.queue()[0];
      if (!item) return;
      this.#underway = item.id;
      const { at, survey, ...message } = item;
      this.#line.say(message);
    }

    #elsewhere(event) {
      const other = this.#memory.holdsToken(event) && event.newValue;
      if (other && other !== this.#token) this.#line.restart();
    }

    #look() {
      if (!this.#open || document.visibilityState !== "visible") return;
      const fresh = this.#unread();
      if (!fresh.length || !this.#line.ready) return;
      for (const entry of fresh) this.#seen.add(entry.id);
      this.#line.say({ type: "seen", upto: fresh.at(-1).id });
      this.#draw();
    }

    #unread() {
      return [...this.#entries.values()].filter((e) => e.direction === "outbound" && !e.seen && !this.#seen.has(e.id));
    }

    #showTyping(name) {
      this.#typing.name = name || words.agent_unnamed;
      this.#typing.until = Date.now() + 6000;
      setTimeout(() => this.#draw(), 6100);
    }

    // -- files

    #attach(files) {
      for (const file of files) {
        const values = { name: file.name, count: this.#limits.files, size: Math.floor(this.#limits.file_bytes / 1024 ** 2) };
        if (this.#chips.length >= this.#limits.files) this.#notice = say("too_many_files", values);
        else if (file.size > this.#limits.file_bytes) this.#notice = say("file_too_large", values);
        else this.#chips.push({ name: file.name || "file", content_type: file.type || "application/octet-stream", file });
      }
      this.#line.start();
      this.#uploadWaiting();
      this.#draw();
    }

    #uploadWaiting() {
      if (!this.#line.ready) return;
      for (const chip of this.#chips) if (!chip.upload && !chip.uploading) this.#upload(chip);
    }

    async #upload(chip) {
      const form = new FormData(); // a form needs no CORS preflight
      form.append("token", this.#token);
      form.append("file", chip.file, chip.name);
      chip.uploading = true;
      try {
        const response = await fetch(new URL("files", base), { method: "POST", body: form, credentials: "omit" });
        if (response.ok) chip.upload = (await response.json()).upload;
        else this.#drop(chip, response.status);
      } catch {} // no network: the next welcome tries again
      chip.uploading = false;
      this.#draw();
    }

    #drop(chip, status) {
      const size = Math.floor(this.#limits.file_bytes / 1024 ** 2);
      this.#chips = this.#chips.filter((other) => other !== chip);
      this.#notice = say(status === 413 ? "file_too_large" : "file_refused", { name: chip.name, size });
    }

    // -- what the visitor does

    #toggle(open) {
      this.#open = open;
      if (open) this.#line.start();
      this.#draw(open);
      this.#look();
      (open ? this.#parts.input : this.#parts.launch).focus();
    }

    #send() {
      const { input } = this.#parts;
      const text = input.value.trim();
      if (!this.#sendable()) return;
      if ([...text].length > this.#limits.max_length) {
        this.#notice = say("too_long", this.#limits); // a maxlength would cut off what is pasted without a word
        this.#draw();
        return;
      }
      const attachments = this.#chips.map(({ upload, name, content_type }) => ({ upload, name, content_type }));
      input.value = "";
      this.#chips = [];
      this.#typed();
      this.#submit({ type: "message", text, attachments });
      input.focus();
    }

    #sendable() {
      return (this.#parts.input.value.trim() || this.#chips.length) && this.#chips.every((chip) => chip.upload);
    }

    #typed() {
      const { input } = this.#parts;
      input.parentNode.dataset.text = input.value;
      this.#parts.send.disabled = !this.#sendable();
      if (!input.value || Date.now() - this.#typing.said < 3000) return;
      this.#typing.said = Date.now();
      this.#line.say({ type: "typing" });
    }

    /** Keys stay in here: the page can't see that they go into a text field, and would take them as shortcuts. */
    #key(event) {
      event.stopPropagation();
      if (event.key === "Escape") return this.#toggle(false);
      // isComposing: Enter that picks a word of an input method sends nothing
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.target !== this.#parts.input) return;
      event.preventDefault();
      this.#send();
    }

    #dragged(event) {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      this.#parts.drop.hidden = event.type !== "dragover";
      if (event.type === "drop") this.#attach(event.dataTransfer.files);
    }

    #pasted(event) {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.#attach(event.clipboardData.files);
    }

    // -- the page

    #build() {
      const sheet = new CSSStyleSheet(); // a constructed sheet passes any Content-Security-Policy
      sheet.replaceSync(config.css);
      const root = this.attachShadow({ mode: "open" });
      root.adoptedStyleSheets = [sheet];
      root.append(this.#buildPanel(), this.#buildLauncher());
    }

    #buildLauncher() {
      return (this.#parts.launch = make("button", {
        class: "launch", type: "button", "aria-expanded": "false", onclick: () => this.#toggle(!this.#open),
      }));
    }

    #buildPanel() {
      const parts = this.#parts;
      const drag = (event) => this.#dragged(event);
      const silence = (event) => event.stopPropagation();
      parts.drop = make("div", { class: "drop", hidden: true }, words.drop);
      parts.notice = make("div", { class: "notice", role: "status", hidden: true });
      parts.chips = make("div", { class: "chips", hidden: true });
      return (parts.panel = make("section", {
        class: "panel", role: "dialog", "aria-label": title, lang: language, hidden: true,
        onkeydown: (event) => this.#key(event), onkeyup: silence, onkeypress: silence, ondragover: drag, ondragleave: drag, ondrop: drag,
      }, this.#buildHead(), this.#buildLog(), parts.notice, parts.chips, this.#buildWrite(), parts.drop));
    }

    #buildHead() {
      this.#parts.subtitle = make("p");
      return make("div", { class: "head" },
        make("span", { class: "logo", "aria-hidden": "true" }, Array.from(title)[0].toLocaleUpperCase(language)),
        make("div", { class: "heading" }, make("h2", {}, title), this.#parts.subtitle),
        make("button", { type: "button", "aria-label": words.close, onclick: () => this.#toggle(false) }, icon("down")));
    }

    #buildLog() {
      const parts = this.#parts;
      parts.empty = make("div", { class: "empty" }, icon("chat", 28), make("p", {}, words.empty));
      parts.log = make("div", { class: "log", role: "log", "aria-live": "polite" });
      parts.typing = make("div", { class: "typing", role: "img", hidden: true }, make("i"), make("i"), make("i"));
      return (parts.scroll = make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": words.log },
        parts.empty, parts.log, parts.typing));
    }

    #buildWrite() {
      const parts = this.#parts;
      const picker = make("input", { type: "file", multiple: true, hidden: true, onchange: () => {
        this.#attach(picker.files);
        picker.value = "";
      } });
      parts.input = make("textarea", {
        rows: 1, placeholder: words.placeholder, "aria-label": words.placeholder, enterkeyhint: "send",
        oninput: () => this.#typed(), onpaste: (event) => this.#pasted(event),
      });
      parts.send = make("button", { class: "send", type: "button", "aria-label": words.send, disabled: true, onclick: () => this.#send() }, icon("send"));
      return make("div", { class: "write" }, picker,
        make("button", { type: "button", "aria-label": words.attach, onclick: () => picker.click() }, icon("clip")),
        make("div", { class: "grow" }, parts.input), parts.send);
    }

    // -- from what is known to what is shown

    #draw(toEnd = false) {
      const { panel, log, scroll, empty } = this.#parts;
      const follow = toEnd || scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
      const lines = this.#lines();
      panel.hidden = !this.#open;
      empty.hidden = lines.length > 0;
      log.hidden = !lines.length;
      reconcile(log, lines, this);
      this.#drawLauncher();
      this.#drawAround();
      this.#drawChips();
      if (follow) scroll.scrollTop = scroll.scrollHeight;
    }

    #drawLauncher() {
      const { launch } = this.#parts;
      const count = this.#open ? 0 : this.#unread().length;
      const form = `${this.#open} ${count}`;
      if (launch.drawn === form) return;
      launch.drawn = form;
      launch.setAttribute("aria-expanded", String(this.#open));
      launch.setAttribute("aria-label", this.#open ? words.close : count ? say("open_unread", { count }) : words.open);
      launch.replaceChildren(icon(this.#open ? "close" : "chat", 26));
      if (count) launch.append(make("span", { class: "count", "aria-hidden": "true" }, count > 9 ? "9+" : String(count)));
    }

    #drawAround() {
      const { notice, subtitle, typing } = this.#parts;
      const text = this.#line.failing ? words.offline : this.#notice;
      if (notice.textContent !== text) notice.textContent = text;
      notice.hidden = !text;
      subtitle.textContent = this.#line.failing ? words.connecting : words.subtitle;
      typing.hidden = Date.now() >= this.#typing.until;
      typing.setAttribute("aria-label", say("typing", { name: this.#typing.name }));
      this.#parts.send.disabled = !this.#sendable();
    }

    #drawChips() {
      const { chips } = this.#parts;
      const shown = this.#chips.map((chip) => make("div", { class: "chip" },
        make("b", {}, chip.name),
        make("small", {}, chip.upload ? "" : chip.uploading ? words.uploading : words.waiting),
        make("button", { type: "button", "aria-label": say("remove", chip), onclick: () => this.#unattach(chip) }, icon("close", 16))));
      chips.replaceChildren(...shown);
      chips.hidden = !shown.length;
    }

    #unattach(chip) {
      this.#chips = this.#chips.filter((other) => other !== chip);
      this.#draw();
      this.#parts.input.focus();
    }

    /** The log as a list of lines: entries in the server's order, then what it has not shown us yet. */
    #lines() {
      const said = [...this.#entries.values(), ...[...this.#pending.values()].filter((item) => !item.survey).map(asEntry)];
      const lines = [];
      said.forEach((entry, index) => {
        const before = said[index - 1];
        if (dayLine(entry, before)) lines.push({ kind: "day", key: `day ${entry.id}`, text: dayOf(entry.at) });
        lines.push(...this.#entryLines(entry, before, said[index + 1]));
      });
      return lines;
    }

    #entryLines(entry, before, after) {
      if (entry.question) return [this.#surveyLine(entry)];
      if (entry.author === "system" && !entry.buttons.length && !entry.files.length) {
        return [{ kind: "event", key: entry.id, text: entry.text }];
      }
      const mine = entry.direction === "inbound";
      const lines = [{ kind: "bubble", key: entry.echo ?? entry.id, mine, at: entry.at, text: entry.text, files: entry.files }];
      if (!mine && !sameSpeaker(entry, before)) lines.unshift({ kind: "who", key: `who ${entry.id}`, text: speaker(entry) });
      if (mine && (after?.direction !== "inbound" || stateOf(after) !== stateOf(entry))) {
        lines.push({ kind: "state", key: `state ${entry.echo ?? entry.id}`, text: words[stateOf(entry)] });
      }
      if (!after && entry.buttons.length) lines.push({ kind: "quick", key: `quick ${entry.id}`, buttons: entry.buttons });
      return lines;
    }

    #surveyLine({ id, text, question }) {
      const prefix = `${question.button}:`;
      const chosen = [...this.#pending.values()].find((item) => item.survey && item.button.startsWith(prefix));
      const answered = question.answered ?? (chosen ? Number(chosen.button.slice(prefix.length)) : null);
      return { kind: "survey", key: id, text, answered, button: question.button, scale: question.scale };
    }
  }

  /** A message of ours that the log does not show yet, in the form of an entry. */
  const asEntry = (item) => ({
    id: item.id, echo: item.id, at: item.at, direction: "inbound", author: "contact", text: item.text,
    state: item.stored ? "delivered" : "sending", buttons: [], files: item.attachments ?? [],
  });

  const stateOf = (entry) => entry.state ?? (entry.seen ? "read" : "delivered");

  const dayLine = (entry, before) =>
    before ? dayOf(before.at) !== dayOf(entry.at) : dayOf(entry.at) !== words.today;

  const sameSpeaker = (a, b) => b && !b.question && a.direction === b.direction && a.author === b.author && a.name === b.name;

  const speaker = ({ author, name }) =>
    author === "bot" ? (name ? say("bot", { name }) : words.bot_unnamed) : name || words.agent_unnamed;

  customElements.define("omnidesk-chat", Chat);
  const show = () => document.body.append(document.createElement("omnidesk-chat"));
  if (document.body) show();
  else document.addEventListener("DOMContentLoaded", show);
})();
