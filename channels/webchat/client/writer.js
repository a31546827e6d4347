// Where the visitor writes: the field, its files and the button.

class Writer {
  /** The fields asked before the first message, if there are any. */
  profile = null;
  #parts = {};

  constructor(chat) {
    this.chat = chat;
  }

  get text() {
    return this.#parts.input.value;
  }

  set text(text) {
    this.#parts.input.value = text;
    this.draw();
  }

  /** Whether the visitor is here and has written nothing yet. */
  get waiting() {
    return !this.text && this.#parts.input.matches(":focus");
  }

  focus() {
    this.#parts.input.focus();
  }

  build() {
    const parts = this.#parts;
    const picker = make("input", { type: "file", multiple: true, hidden: true, onchange: () => {
      this.chat.files.add([...picker.files]);
      picker.value = "";
      this.focus();
    } });
    parts.input = make("textarea", {
      rows: 1, placeholder: words.placeholder, "aria-label": words.placeholder, enterkeyhint: "send", dir: "auto",
      oninput: () => this.#typed(), onpaste: (event) => this.#pasted(event), onkeydown: (event) => this.#key(event),
    });
    parts.send = button({ class: "send", "aria-label": words.send, disabled: true, onclick: () => this.#send() }, icon("send"));
    parts.chips = make("div", { class: "chips", hidden: true });
    return make("div", { class: "writer" }, parts.chips, make("div", { class: "write" }, picker,
      button({ "aria-label": words.attach, onclick: () => picker.click() }, icon("clip")),
      make("div", { class: "grow" }, parts.input), parts.send));
  }

  draw() {
    const { input, send, chips } = this.#parts;
    input.parentNode.dataset.text = input.value;
    send.disabled = !this.#sendable();
    const { chips: files } = this.chat.files;
    const form = encode(files.map(({ name, upload, request }) => [name, upload, Boolean(request)]));
    if (chips.drawn === form) return;
    chips.drawn = form;
    chips.replaceChildren(...files.map((chip) => this.#drawChip(chip)));
    chips.hidden = !files.length;
  }

  #drawChip(chip) {
    const sending = chip.request && !chip.upload;
    chip.bar = sending ? make("progress", { max: 1, value: chip.progress ?? 0, "aria-label": say("uploading_file", chip) }) : null;
    return make("div", { class: "chip" },
      make("bdi", {}, chip.name),
      make("small", {}, chip.upload ? sizeOf(chip.size) : sending ? words.uploading : words.waiting),
      button({ "aria-label": say("remove", chip), onclick: () => this.#remove(chip) }, icon("close", 16)),
      chip.bar);
  }

  drawProgress(chip) {
    if (chip.bar) chip.bar.value = chip.progress;
  }

  #remove(chip) {
    this.chat.files.remove(chip);
    this.focus();
  }

  #sendable() {
    return Boolean(this.text.trim() || this.chat.files.chips.length) && this.chat.files.ready;
  }

  #send() {
    const text = this.text.trim();
    if (!this.#sendable()) return;
    // a maxlength would cut off what is pasted without a word
    if ([...text].length > this.chat.limits.max_length) return this.chat.tell(say("too_long", this.chat.limits));
    const profile = this.profile ? this.profile.answers() : undefined;
    if (profile === null) return; // something is missing, and shown
    this.text = "";
    this.chat.send(text, profile);
    this.focus();
  }

  #typed() {
    this.draw();
    this.chat.keepDraft(this.text);
  }

  #key(event) {
    // isComposing: Enter that picks a word of an input method sends nothing
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #pasted(event) {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    this.chat.files.add([...event.clipboardData.files]);
  }
}
