// Files of the message being written: each is uploaded at once, and named in the message when it is sent.

class Files {
  chips = [];

  constructor(chat) {
    this.chat = chat;
  }

  get ready() {
    return this.chips.every((chip) => chip.upload);
  }

  /** Those to be sent; the list is empty then. */
  take() {
    const files = this.chips.map(({ upload, name, content_type, size }) => ({ upload, name, content_type, size }));
    this.chips = [];
    return files;
  }

  giveBack(files) {
    this.chips.unshift(...files);
  }

  add(files) {
    for (const file of files) this.#addOne(file);
    this.chat.line.start();
    this.uploadWaiting();
    this.chat.draw();
  }

  #addOne(file) {
    const { files: count, file_bytes: bytes } = this.chat.limits;
    const values = { name: file.name, count, size: Math.floor(bytes / 1024 ** 2) };
    if (this.chips.length >= count) this.chat.tell(say("too_many_files", values));
    else if (file.size > bytes) this.chat.tell(say("file_too_large", values));
    else this.chips.push({ name: file.name || "file", content_type: file.type || "application/octet-stream", size: file.size, file });
  }

  remove(chip) {
    this.chips = this.chips.filter((other) => other !== chip);
    chip.request?.abort();
    this.chat.draw();
  }

  /** What has no upload yet is tried (again) whenever the connection is there. */
  uploadWaiting() {
    if (!this.chat.line.ready) return;
    for (const chip of this.chips) if (!chip.upload && !chip.request) this.#upload(chip);
  }

  #upload(chip) {
    const form = new FormData(); // a form needs no CORS preflight
    form.append("token", this.chat.token);
    form.append("file", chip.file, chip.name);
    const request = new XMLHttpRequest(); // not fetch: that knows no progress
    chip.request = request;
    request.upload.onprogress = ({ loaded, total }) => {
      chip.progress = loaded / total;
      this.chat.panel.drawProgress(chip);
    };
    request.onloadend = () => this.#uploaded(chip, request);
    request.open("POST", new URL("files", base));
    request.send(form);
  }

  #uploaded(chip, request) {
    chip.request = null;
    chip.progress = 0;
    if (request.status === 200) chip.upload = JSON.parse(request.responseText).upload;
    else if (request.status === 429) setTimeout(() => this.uploadWaiting(), 5000);
    else if (request.status) this.#refused(chip, request.status);
    else if (this.chat.line.ready) setTimeout(() => this.uploadWaiting(), 2000); // the network failed under it
    this.chat.draw();
  }

  #refused(chip, status) {
    const size = Math.floor(this.chat.limits.file_bytes / 1024 ** 2);
    this.remove(chip);
    this.chat.tell(say(status === 413 ? "file_too_large" : "file_refused", { name: chip.name, size }));
  }
}
