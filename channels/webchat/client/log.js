// What was said: the server's entries, and what it has not shown us yet; and from these the lines to draw.

const PAGE = 60; // lines of a long log are drawn as far as somebody looks
const PAUSE = 10 * 60_000; // after this the time is said again

class Log {
  #entries = new Map(); // by id, in the server's order
  #pending = new Map(); // our messages by id, until the log shows them
  #seen = new Set();
  #room = PAGE;
  /** The first entry that was new when the visitor came to look. */
  mark = null;
  /** Answers to a form that the server did not take and why, by the form's id. */
  refused = new Map();

  get empty() {
    return !this.#entries.size && !this.#pending.size;
  }

  get waiting() {
    return [...this.#pending.values()];
  }

  /** Whether the visitor has ever said something, and something was answered since. */
  get spoken() {
    return this.#said().some((entry) => entry.direction === "inbound");
  }

  get answered() {
    const said = this.#said();
    const asked = said.findIndex((entry) => entry.direction === "inbound");
    return said.slice(asked).some((entry) => entry.author === "agent");
  }

  /** When the visitor last asked something that nobody of ours has answered; otherwise the end of time. */
  get askedAt() {
    const last = this.#said().at(-1);
    return last?.direction === "inbound" ? new Date(last.at).getTime() : Infinity;
  }

  has(id) {
    return this.#entries.has(id);
  }

  find(id) {
    return this.#pending.get(id);
  }

  put(entry) {
    this.#entries.set(entry.id, entry);
  }

  expect(item) {
    this.#pending.set(item.id, item);
  }

  settle(id) {
    this.#pending.delete(id);
  }

  forget() {
    this.#entries.clear();
    this.#seen.clear();
  }

  /** What we said we saw may have been lost with the connection; the server's word counts. */
  doubt() {
    this.#seen.clear();
  }

  see(entries) {
    for (const entry of entries) this.#seen.add(entry.id);
  }

  unread() {
    return [...this.#entries.values()].filter((e) => e.direction === "outbound" && !e.seen && !this.#seen.has(e.id));
  }

  earlier() {
    this.#room += PAGE;
  }

  lines() {
    const all = this.#said();
    const said = all.slice(-this.#room);
    const lines = all.length > said.length ? [{ kind: "earlier", key: "earlier" }] : [];
    const form = [...this.#entries.values()].findLast((entry) => entry.form && !entry.form.answered)?.id;
    said.forEach((entry, index) => {
      const before = said[index - 1];
      if (dayLine(entry, before)) lines.push({ kind: "day", key: `day ${entry.id}`, text: dayOf(entry.at) });
      if (entry.id === this.mark && before) lines.push({ kind: "mark", key: "mark" });
      lines.push(...this.#entryLines(entry, before, said[index + 1], form));
    });
    return lines;
  }

  #said() {
    const ours = this.waiting.filter((item) => item.type === "message" || (item.type === "button" && !item.survey));
    const shown = [...this.#entries.values()].filter((e) => e.text || e.files.length || e.question || e.form || e.buttons.length);
    return [...shown, ...ours.map(asEntry)];
  }

  #entryLines(entry, before, after, form) {
    if (entry.question) return [this.#surveyLine(entry)];
    if (entry.author === "system" && !entry.buttons.length && !entry.files.length && !entry.form) {
      return [{ kind: "event", key: entry.id, text: entry.text }];
    }
    const mine = entry.direction === "inbound";
    const key = entry.echo ?? entry.id;
    const lines = [{ kind: "bubble", key, mine, text: entry.text, files: entry.files }];
    if (!mine && !sameSpeaker(entry, before)) lines.unshift({ kind: "who", key: `who ${entry.id}`, text: speaker(entry), at: entry.at });
    if (mine && (!sameSpeaker(after ?? {}, entry) || stateOf(after) !== stateOf(entry))) {
      lines.push({ kind: "state", key: `state ${key}`, state: stateOf(entry), at: entry.at });
    }
    if (entry.form && (entry.form.answered || entry.id === form)) lines.push(this.#formLine(entry));
    if (!after && entry.buttons.length) lines.push({ kind: "quick", key: `quick ${entry.id}`, buttons: entry.buttons });
    return lines;
  }

  #surveyLine({ id, text, question }) {
    const prefix = `${question.button}:`;
    const chosen = this.waiting.find((item) => item.survey && item.button.startsWith(prefix));
    const answered = question.answered ?? (chosen ? Number(chosen.button.slice(prefix.length)) : null);
    return { kind: "survey", key: id, text, answered, button: question.button, scale: question.scale };
  }

  #formLine({ id, form, text }) {
    const sent = this.waiting.find((item) => item.type === "form" && item.form === form.id);
    const { values, faults } = this.refused.get(form.id) ?? {};
    return { kind: "form", key: `form ${id}`, form, label: text, answered: form.answered || Boolean(sent), values, faults };
  }
}

/** A message of ours that the log does not show yet, in the form of an entry. */
const asEntry = (item) => ({
  id: item.id, echo: item.id, at: item.at, direction: "inbound", author: "contact", name: "", text: item.text,
  state: item.stored ? "delivered" : "sending", buttons: [], files: item.attachments ?? [],
});

const stateOf = (entry) => entry.state ?? (entry.seen ? "read" : "delivered");

const dayLine = (entry, before) =>
  before ? dayOf(before.at) !== dayOf(entry.at) : dayOf(entry.at) !== words.today;

const sameSpeaker = (entry, before) =>
  Boolean(before) && !before.question && entry.direction === before.direction && entry.author === before.author &&
  entry.name === before.name && new Date(entry.at) - new Date(before.at) < PAUSE;

const speaker = ({ author, name }) =>
  author === "bot" ? (name ? say("bot", { name }) : words.bot_unnamed) : name || words.agent_unnamed;
