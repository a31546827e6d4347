// The chat itself: what is known, what is said to the server, and what it answers.
//
// No word is lost: a message is in Memory's queue before it is sent, and leaves it when the server says `stored`.
// No word is doubled: it keeps its id however often it is sent, and its entry in the log carries that id as `echo`.

const UNANSWERED = 45_000; // after this we offer to write a mail
const TYPING_SHOWN = 6000;
const TYPING_SAID = 3000;

class Chat {
  memory = new Memory();
  log = new Log();
  files = new Files(this);
  line = new Line({
    hello: () => this.#hello(),
    heard: (message) => this.#heard(message),
    changed: () => this.draw(),
    refused: () => this.#identityRefused(),
  });
  panel = new Panel(this);
  limits = { max_length: 4000, file_bytes: 10 * 1024 * 1024, files: 10, frame_bytes: 64 * 1024 };
  token = null;
  open = false;
  notice = "";
  hours = null;
  prechat = null;
  visitor = {};
  offers = {};
  sound = false;
  typing = { name: "", until: 0 };
  #identity = readIdentity(wishes.identity);
  #offered = null; // the token we said hello with
  #outdated = null; // the one that the server knows no more
  #cursor = "";
  #underway = null; // one message at a time, so that none overtakes another
  #asking = null; // a transcript that was asked for
  #typed = { at: 0, stop: 0 };
  #declined = false;
  #unread = 0;
  #listeners = { unread: new Set(), open: new Set(), close: new Set() };

  begin() {
    this.memory.owner = idIn(this.#identity);
    for (const item of this.memory.queue()) this.log.expect(item);
    this.sound = this.memory.get("sound") !== null;
    this.panel.build();
    this.panel.text = this.memory.get(`draft:${this.memory.owner}`) ?? "";
    addEventListener("storage", (event) => this.#elsewhere(event));
    document.addEventListener("visibilitychange", () => this.look());
    if (this.#known) this.line.start();
    if (this.#known && tab.open && !this.panel.full) this.#setOpen(true);
    this.draw(true);
  }

  // -- what the host's page may do

  on(name, listener) {
    if (!Object.hasOwn(this.#listeners, name)) throw new RangeError(`Omnidesk.on: "${name}" is none of unread, open, close.`);
    this.#listeners[name].add(listener);
    if (name === "unread") listener(this.#unread);
    return () => this.#listeners[name].delete(listener);
  }

  identify(given) {
    const identity = readIdentity(given);
    if (encode(identity) === encode(this.#identity)) return;
    if (!identity) this.#signOut();
    this.#identity = identity;
    this.memory.owner = idIn(identity);
    this.#startAfresh();
    if (identity || this.line.started) this.line.restart();
    this.draw();
  }

  /** On a shared computer nobody shall read on where somebody signed out. */
  #signOut() {
    this.memory.clear();
    this.#startAfresh();
    this.line.stop();
    this.toggle(false);
  }

  #startAfresh() {
    this.log = new Log();
    for (const item of this.memory.queue()) this.log.expect(item);
    Object.assign(this, { token: null, visitor: {}, offers: {}, prechat: null });
    this.#cursor = "";
    this.#underway = null;
  }

  // -- what the visitor does

  toggle(open) {
    if (open === this.open) return;
    this.#setOpen(open);
    if (this.#mayRemember) tab.open = open;
    this.panel.focus();
  }

  #setOpen(open) {
    this.open = open;
    this.log.mark = open ? (this.log.unread()[0]?.id ?? null) : null;
    if (open) this.line.start();
    this.draw(open);
    this.panel.toMark();
    this.#emit(open ? "open" : "close");
    this.look();
  }

  send(text, profile) {
    const attachments = this.files.take();
    this.visitor = { ...this.visitor, ...profile };
    this.#submit({ type: "message", text, attachments, profile });
    this.keepDraft("");
  }

  /** Press a button or answer a survey: a message like any other, with the button's id. */
  press(id, text, survey = false) {
    this.#submit({ type: "button", button: id, text }, survey);
    this.panel.focusAfter(survey);
  }

  answer(form, answers) {
    this.log.refused.delete(form);
    this.#submit({ type: "form", form, answers });
    this.panel.focusAfter(false);
  }

  /** Say where answers shall go when the visitor has left. */
  leave(email) {
    this.visitor = { ...this.visitor, email };
    this.#submit({ type: "email", email });
    this.panel.focusAfter(false);
  }

  decline() {
    this.#declined = true;
    this.draw();
    this.panel.focusAfter(false);
  }

  askTranscript(email) {
    if (!this.line.ready) return this.tell(words.offline);
    this.#asking = { id: newId(), email };
    this.line.say({ type: "transcript", ...this.#asking });
  }

  setSound(on) {
    this.sound = on;
    if (on) chime();
    if (this.#mayRemember) this.memory.set("sound", on ? "1" : null);
    this.draw();
  }

  keepDraft(text) {
    if (this.#mayRemember) this.memory.set(`draft:${this.memory.owner}`, text || null);
    clearTimeout(this.#typed.stop);
    if (!text) return this.#stopTyping();
    this.#typed.stop = setTimeout(() => this.#stopTyping(), 2 * TYPING_SAID);
    if (Date.now() - this.#typed.at < TYPING_SAID) return;
    this.#typed.at = Date.now();
    this.line.say({ type: "typing", on: true });
  }

  #stopTyping() {
    if (this.#typed.at) this.line.say({ type: "typing", on: false });
    this.#typed.at = 0;
  }

  /** Tell the server what was looked at: only what the visitor can see counts. */
  look() {
    if (!this.open || document.visibilityState !== "visible" || !this.line.ready || !this.panel.following) return;
    const fresh = this.log.unread();
    if (!fresh.length) return;
    this.log.see(fresh);
    this.line.say({ type: "seen", upto: fresh.at(-1).id });
    this.draw();
  }

  tell(text) {
    this.notice = text;
    this.draw();
  }

  draw(toEnd = false) {
    this.panel.draw(toEnd);
    const unread = this.log.unread().length;
    if (unread === this.#unread) return;
    this.#unread = unread;
    this.#emit("unread", unread);
  }

  lines() {
    const lines = this.log.lines();
    const card = this.#addressLine(lines.at(-1)?.kind);
    return card ? [...lines, card] : lines;
  }

  #addressLine(last) {
    if (!this.offers.email || !this.log.spoken || ["quick", "form", "survey"].includes(last)) return null;
    const { email } = this.visitor;
    if (email) return this.log.answered ? null : { kind: "note", key: "address", text: say("mail_goes", { email }) };
    const closed = this.hours?.open === false;
    const waits = Date.now() - this.log.askedAt > UNANSWERED;
    if (this.#declined || !(closed || waits)) return null;
    return { kind: "address", key: "address", text: closed ? words.leave_closed : words.leave_waiting };
  }

  #emit(name, value) {
    for (const listener of this.#listeners[name]) {
      try {
        listener(value);
      } catch (error) {
        reportError(error); // the page's own fault, and no reason to stop
      }
    }
  }

  // -- talking to the server

  /** Whether this visitor has been here before, or is somebody the page knows. */
  get #known() {
    return Boolean(this.memory.token || this.log.waiting.length || this.#identity);
  }

  /** From the first message on; before it nothing is written into the browser. */
  get #mayRemember() {
    return Boolean(this.memory.token) || this.log.spoken;
  }

  #hello() {
    this.#offered = this.memory.token ?? (this.#identity ? null : this.token);
    const cursor = this.#offered === this.token ? this.#cursor : "";
    const identity = this.#identity ?? undefined;
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    return { type: "hello", token: this.#offered, cursor, language: pageLanguage, time_zone: timeZone, identity, page: whereWeAre() };
  }

  #heard(message) {
    const answers = {
      welcome: () => this.#welcome(message),
      entries: () => this.#told(message),
      stored: () => this.#stored(message.id),
      done: () => this.#done(message.id),
      typing: () => this.#showTyping(message),
      hours: () => (this.hours = message),
      error: () => this.#refused(message),
    };
    if (Object.hasOwn(answers, message.type)) answers[message.type]();
    this.draw();
  }

  #welcome(message) {
    const kept = this.memory.token;
    if (kept && kept !== this.#offered) return this.line.restart(); // another tab was quicker: be the same visitor
    if (message.token !== this.token) this.log.forget();
    this.log.doubt();
    this.token = message.token;
    this.#outdated = message.new ? this.#offered : null;
    this.limits = message.limits;
    const { hours = null, prechat = null, visitor, offers } = message;
    Object.assign(this, { hours, prechat, visitor: visitor ?? {}, offers: offers ?? {} });
    this.panel.quietly(() => this.#take(message));
    this.#underway = null;
    // who signed in here gets a new token: whoever uses this browser after signing out sees nothing of the talk
    if (kept && this.#identity) this.memory.token = message.token;
    if (kept || this.memory.queue().length) this.#claim();
    this.files.uploadWaiting();
  }

  #told(message) {
    const fresh = message.entries.some((entry) => entry.direction === "outbound" && !this.log.has(entry.id));
    if (fresh && this.sound && (!this.open || document.visibilityState !== "visible")) once("sound", chime);
    this.#take(message);
  }

  #take({ entries, cursor }) {
    for (const entry of entries) {
      if (entry.direction === "outbound" && !this.log.has(entry.id)) this.typing.until = 0;
      this.log.put(entry);
      if (entry.echo) this.#settle(entry.echo);
    }
    this.#cursor = cursor;
    this.panel.draw();
    this.look();
  }

  #identityRefused() {
    this.line.stop();
    if (!this.#identity) this.tell(words.sign_in); // this chat is for signed-in users only
    else this.#goOnUnknown();
  }

  #goOnUnknown() {
    console.warn("Omnidesk: the identity was refused (wrong signature, expired, or too long); the visitor stays anonymous.");
    this.#identity = null;
    this.memory.owner = "";
    this.#startAfresh();
    this.line.start();
  }

  #showTyping({ name, on = true }) {
    this.typing = { name: name || words.agent_unnamed, until: on ? Date.now() + TYPING_SHOWN : 0 };
    setTimeout(() => this.draw(), TYPING_SHOWN + 100);
  }

  // -- the queue

  #submit(message, survey = false) {
    const item = { id: newId(), at: Date.now(), survey, ...message };
    this.notice = "";
    this.log.mark = null;
    this.log.expect(item);
    this.memory.put(item);
    if (this.open) tab.open = true;
    setTimeout(() => this.draw(), UNANSWERED + 1000);
    this.line.start();
    this.#claim();
    this.draw(true);
  }

  /** From the first message on, the visitor is remembered; whichever tab is first decides as whom. */
  async #claim() {
    if (!this.#identity) await alone("token", () => this.#keepToken());
    this.#flush();
  }

  #keepToken() {
    const kept = this.memory.token;
    if (!this.token || kept === this.token) return;
    if (!kept || kept === this.#outdated) this.memory.token = this.token;
    else this.line.restart();
  }

  #flush() {
    const ours = this.#identity || (this.token && this.memory.token === this.token);
    if (!this.line.ready || this.#underway || !ours) return;
    const item = this.memory.queue()[0];
    if (!item) return;
    this.#underway = item.id;
    const { at, survey, owner, ...message } = item;
    if (sizeIn(message) < this.limits.frame_bytes) return this.line.say(message);
    this.#refused({ id: item.id, code: "too_much", message: words.too_much });
    this.draw();
  }

  #stored(id) {
    this.memory.remove(id);
    const item = this.log.find(id);
    if (item) item.stored = true;
    if (item?.type === "email") this.log.settle(id);
    this.#next(id);
  }

  #settle(id) {
    this.memory.remove(id);
    this.log.settle(id);
    this.#next(id);
  }

  #next(id) {
    if (this.#underway !== id) return;
    this.#underway = null;
    this.notice = "";
    this.#flush();
  }

  #done(id) {
    if (id !== this.#asking?.id) return;
    this.notice = say("transcript_sent", this.#asking);
    this.#asking = null;
  }

  #refused({ id, code, message, fields, retry_after: wait }) {
    this.notice = message;
    if (!id || id !== this.#underway) return;
    if (code === "too_fast") {
      setTimeout(() => id === this.#underway && this.#next(id), wait * 1000);
      return;
    }
    const item = this.log.find(id);
    // what was asked before the first message goes for all that wait behind it
    const all = fields && item?.type === "message" ? this.log.waiting.filter((one) => one.type === "message" && !one.stored) : [item ?? { id }];
    for (const one of all.reverse()) {
      this.memory.remove(one.id);
      this.log.settle(one.id);
      this.#giveBack(one, fields);
    }
    this.#next(id);
    this.notice = message;
  }

  /** What was refused goes back to where it was written. */
  #giveBack(item, faults) {
    if (item.type === "message") {
      this.files.giveBack(item.attachments);
      this.panel.text = [item.text, this.panel.text].filter(Boolean).join("\n");
    }
    if (item.type === "form") this.log.refused.set(item.form, { values: item.answers, faults });
    if (item.type === "message" && faults && this.prechat) this.prechat = { ...this.prechat, faults };
    if (item.type === "email") this.visitor = { ...this.visitor, email: "" };
  }

  #elsewhere(event) {
    const name = this.memory.nameIn(event);
    if (name === "token" && event.newValue && event.newValue !== this.token && !this.#identity) this.line.restart();
    if (name === "token" && !event.newValue) this.identify(null); // signed out in another tab
    if (name === "sound") this.sound = event.newValue !== null;
  }
}
