// What the visitor sees and touches: launcher and panel.

const NARROW = "(max-width: 480px), (max-height: 480px)"; // also a page zoomed in far; as in widget.css

class Panel {
  #parts = {};
  #came = 0; // how many entries came while the visitor was reading further up
  #writer;

  constructor(chat) {
    this.chat = chat;
    this.#writer = new Writer(chat);
  }

  /** Whether it fills the screen. */
  get full() {
    return matchMedia(NARROW).matches;
  }

  get text() {
    return this.#writer.text;
  }

  set text(text) {
    this.#writer.text = text;
  }

  /** Whether the visitor is at the end of the log, so that what comes is seen. */
  get following() {
    const { scroll } = this.#parts;
    return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  }

  build() {
    const parts = this.#parts;
    parts.launch = button({ class: "launch", "aria-expanded": "false", onclick: () => this.chat.toggle(!this.chat.open) });
    parts.root = make("div", { class: "root", lang: language, "data-theme": wishes.theme, "data-position": sideOf(wishes.position), onfocusin: (event) => event.stopPropagation() }, this.#buildPanel(), parts.launch);
    paint(parts.root, wishes.colour ?? wishes.color);
    visualViewport?.addEventListener("resize", () => this.#fit());
    visualViewport?.addEventListener("scroll", () => this.#fit());
  }

  get root() {
    return this.#parts.root;
  }

  #buildPanel() {
    const parts = this.#parts;
    const drag = (event) => this.#dragged(event);
    const silence = (event) => event.stopPropagation();
    parts.drop = make("div", { class: "drop", hidden: true }, words.drop);
    parts.notice = make("div", { class: "notice", role: "status" });
    return (parts.panel = make("section", {
      class: "panel", role: "dialog", "aria-label": title, tabindex: "-1", hidden: true,
      onkeydown: (event) => this.#key(event), onkeyup: silence, onkeypress: silence,
      ondragover: drag, ondragleave: drag, ondrop: drag,
    }, this.#buildHead(), this.#buildMenu(), this.#buildLog(), parts.notice, this.#writer.build(), footer(), parts.drop));
  }

  #buildHead() {
    const parts = this.#parts;
    parts.subtitle = make("p");
    parts.more = button({ "aria-label": words.more, "aria-expanded": "false", onclick: () => this.#toggleMenu() }, icon("more", 22));
    return make("div", { class: "head" },
      make("span", { class: "logo", "aria-hidden": "true" }, [...title][0].toLocaleUpperCase(language)),
      make("div", { class: "heading" }, make("h2", {}, title), parts.subtitle),
      parts.more,
      button({ "aria-label": words.close, onclick: () => this.chat.toggle(false) }, icon("down", 22)));
  }

  #buildMenu() {
    const parts = this.#parts;
    parts.sound = button({ role: "switch", onclick: () => this.chat.setSound(!this.chat.sound) }, icon("sound"), make("span", {}, words.sound), make("i"));
    parts.transcript = button({ onclick: () => this.#askTranscript() }, icon("mail"), make("span", {}, words.transcript));
    parts.mailing = make("div");
    return (parts.menu = make("div", { class: "menu", hidden: true }, parts.sound, parts.transcript, parts.mailing));
  }

  #buildLog() {
    const parts = this.#parts;
    parts.greeting = make("p");
    parts.empty = make("div", { class: "empty" }, icon("chat", 28), parts.greeting);
    parts.prechat = make("form", { class: "card", novalidate: true, hidden: true, onsubmit: (event) => event.preventDefault() });
    parts.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-relevant": "additions" });
    parts.typing = make("div", { class: "typing", role: "img", hidden: true }, make("i"), make("i"), make("i"));
    parts.scroll = make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": words.log, onscroll: () => this.#scrolled() },
      parts.empty, parts.prechat, parts.log, parts.typing);
    parts.fresh = button({ class: "fresh", hidden: true, onclick: () => this.#toEnd() }, icon("arrow", 16), make("span"));
    return make("div", { class: "middle" }, parts.scroll, parts.fresh);
  }

  // -- from what is known to what is shown

  draw(toEnd = false) {
    const { panel, log, scroll } = this.#parts;
    const { chat } = this;
    const follow = toEnd || this.following;
    const before = log.children.length;
    panel.hidden = !chat.open;
    panel.setAttribute("aria-modal", String(this.full));
    reconcile(log, chat.lines(), chat);
    log.hidden = !log.children.length;
    this.#drawEmpty();
    this.#drawLauncher();
    this.#drawHead();
    this.#drawMenu();
    this.#drawTyping();
    write(this.#parts.notice, chat.line.failing ? words.offline : chat.notice);
    this.#writer.draw();
    if (follow) scroll.scrollTop = scroll.scrollHeight;
    else if (log.children.length > before) this.#came = chat.log.unread().length;
    this.#drawFresh();
  }

  /** A page full of history is not read out line by line: only what comes later is. */
  quietly(act) {
    const { log } = this.#parts;
    log.setAttribute("aria-live", "off");
    act();
    setTimeout(() => log.setAttribute("aria-live", "polite"), 300);
  }

  drawProgress(chip) {
    this.#writer.drawProgress(chip);
  }

  #drawEmpty() {
    const { empty, prechat, greeting } = this.#parts;
    const { chat } = this;
    const fresh = chat.log.empty;
    empty.hidden = !fresh;
    write(greeting, chat.hours?.open === false ? words.empty_closed : words.empty);
    const asked = fresh ? chat.prechat : null;
    const form = encode(asked);
    prechat.hidden = !asked;
    if (prechat.drawn === form) return;
    prechat.drawn = form;
    this.#writer.profile = asked && new Fields(asked.fields, chat.visitor, asked.faults);
    const waiting = this.#writer.waiting;
    prechat.replaceChildren(...(asked ? [asked.title ? make("p", {}, asked.title) : "", ...this.#writer.profile.nodes] : []));
    if (waiting && asked && chat.open) this.focus();
  }

  #drawLauncher() {
    const { launch } = this.#parts;
    const count = this.chat.open ? 0 : this.chat.log.unread().length;
    const form = `${this.chat.open} ${count}`;
    if (launch.drawn === form) return;
    launch.drawn = form;
    launch.setAttribute("aria-expanded", String(this.chat.open));
    launch.setAttribute("aria-label", this.chat.open ? words.close : count ? say("open_unread", { count }) : words.open);
    launch.replaceChildren(icon(this.chat.open ? "close" : "chat", 26));
    if (count) launch.append(make("span", { class: "count", "aria-hidden": "true" }, count > 9 ? "9+" : String(count)));
  }

  #drawHead() {
    const { subtitle } = this.#parts;
    const { line, hours } = this.chat;
    const known = hours && !line.failing;
    write(subtitle, line.failing ? words.connecting : hours?.open === false ? hours.text : hours?.open ? words.we_are_here : words.subtitle);
    subtitle.className = known ? (hours.open ? "here" : "away") : "";
  }

  #drawTyping() {
    const { typing } = this.#parts;
    typing.hidden = Date.now() >= this.chat.typing.until;
    const text = say("typing", this.chat.typing);
    if (typing.getAttribute("aria-label") !== text) typing.setAttribute("aria-label", text);
  }

  // -- the menu

  #drawMenu() {
    const { sound, transcript } = this.#parts;
    sound.setAttribute("aria-checked", String(this.chat.sound));
    transcript.hidden = !(this.chat.offers.transcript && this.chat.log.spoken);
  }

  #toggleMenu(open = this.#parts.menu.hidden) {
    const { menu, more, mailing } = this.#parts;
    menu.hidden = !open;
    more.setAttribute("aria-expanded", String(open));
    mailing.replaceChildren();
    (open ? this.#parts.sound : more).focus();
  }

  #askTranscript() {
    const fields = [{ name: "email", kind: "email", required: true, label: words.transcript_to }];
    const form = drawForm({ fields, submit: words.send, values: this.chat.visitor, label: words.transcript }, ({ email }) => {
      this.#toggleMenu(false);
      this.chat.askTranscript(email);
    });
    this.#parts.mailing.replaceChildren(form);
    form.querySelector("input").focus();
  }

  // -- scrolling

  settle() {
    const { scroll } = this.#parts;
    if (scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 320) scroll.scrollTop = scroll.scrollHeight; // a picture's height
  }

  /** Show where the new messages begin, if they are more than fit. */
  toMark() {
    const mark = this.#parts.log.querySelector(".mark");
    if (mark && this.chat.open) mark.scrollIntoView({ block: mark.offsetTop > 200 ? "nearest" : "start" });
  }

  earlier() {
    const { scroll, log } = this.#parts;
    const below = scroll.scrollHeight - scroll.scrollTop;
    this.chat.log.earlier();
    this.draw();
    scroll.scrollTop = scroll.scrollHeight - below;
    (log.querySelector(".earlier") ?? scroll).focus();
  }

  #scrolled() {
    if (!this.following) return;
    this.chat.look();
    this.#drawFresh();
  }

  #toEnd() {
    const { scroll } = this.#parts;
    scroll.scrollTop = scroll.scrollHeight;
    scroll.focus();
    this.chat.look();
    this.#drawFresh();
  }

  #drawFresh() {
    const { fresh } = this.#parts;
    if (this.following) this.#came = 0;
    fresh.hidden = !this.#came || !this.chat.open;
    write(fresh.lastChild, say("fresh", { count: this.#came }));
  }

  // -- focus and keys

  focus() {
    if (!this.chat.open) return this.#parts.launch.focus();
    // On a phone the field would bring up the keyboard over what there is to read.
    if (matchMedia("(pointer: coarse)").matches) this.#parts.panel.focus();
    else if (this.#writer.profile?.missing) this.#writer.profile.focus();
    else this.#writer.focus();
  }

  focusAfter(reading) {
    if (reading || matchMedia("(pointer: coarse)").matches) this.#parts.scroll.focus();
    else this.#writer.focus();
  }

  /** Keys stay in here: the page can't see that they go into a text field, and would take them as shortcuts. */
  #key(event) {
    event.stopPropagation();
    if (event.key === "Tab" && this.full) this.#wrap(event);
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    if (this.#parts.menu.hidden) this.chat.toggle(false);
    else this.#toggleMenu(false);
  }

  /** Where the panel hides the page, focus must not go behind it. */
  #wrap(event) {
    const all = [...this.#parts.panel.querySelectorAll("a, button, input, textarea, select, [tabindex='0']")];
    const stops = all.filter((element) => !element.disabled && element.checkVisibility());
    const [edge, other] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (event.target !== edge && event.target !== this.#parts.panel) return;
    if (event.target === this.#parts.panel && !event.shiftKey) return;
    event.preventDefault();
    other.focus();
  }

  #dragged(event) {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    this.#parts.drop.hidden = event.type !== "dragover";
    if (event.type === "drop") this.chat.files.add(event.dataTransfer.files);
  }

  /** A phone's keyboard covers the page without making it smaller; the panel keeps to what can be seen. */
  #fit() {
    const { height, offsetTop, scale } = visualViewport;
    const { panel } = this.#parts;
    if (!this.chat.open || scale > 1.01) return;
    const stay = this.following;
    panel.style.setProperty("--height", `${height}px`);
    panel.style.setProperty("--top", `${offsetTop}px`);
    if (stay) this.settle();
  }

  enlarge(address, name) {
    const close = () => viewer.close();
    const viewer = make("dialog", { class: "viewer", "aria-label": name, onclose: () => viewer.remove(), onclick: close, onkeydown: (event) => event.stopPropagation() },
      make("img", { src: address, alt: name }),
      make("div", { class: "tools" }, link(address, icon("save"), make("span", { class: "unseen" }, say("original", { name }))),
        button({ "aria-label": words.close_picture, onclick: close }, icon("close", 22))));
    this.#parts.root.append(viewer);
    viewer.showModal();
  }
}

/** Left or right; a page written from right to left has it on the left, unless it says otherwise. */
function sideOf(wish) {
  if (wish === "left" || wish === "right") return wish;
  return getComputedStyle(document.documentElement).direction === "rtl" ? "left" : "right";
}

function footer() {
  const href = wishes.privacy && webAddress(wishes.privacy);
  return href ? make("div", { class: "foot" }, link(href, words.privacy)) : null;
}
