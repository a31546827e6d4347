// How each kind of line looks.

const timeOf = (at) => make("time", { datetime: new Date(at).toISOString(), title: exactly.format(new Date(at)) }, clock.format(new Date(at)));

const PICTURE = /^image\/(png|jpeg|gif|webp|avif)$/;

function drawFile(file, chat) {
  const href = file.url && webAddress(file.url);
  if (!href) return make("span", { class: "file" }, icon("clip", 16), make("bdi", {}, file.name));
  if (PICTURE.test(file.content_type)) {
    const picture = make("img", { src: href, alt: file.name, loading: "lazy", onload: () => chat.panel.settle() });
    return button({ class: "file picture", "aria-label": say("enlarge", file), onclick: () => chat.panel.enlarge(href, file.name) }, picture);
  }
  const anchor = link(href, icon("clip", 16), make("bdi", {}, file.name), make("small", {}, sizeOf(file.size)));
  anchor.className = "file";
  return anchor;
}

function sizeOf(bytes) {
  if (!bytes) return "";
  const [amount, unit] = bytes < 1_000_000 ? [Math.ceil(bytes / 1000), "kilobyte"] : [bytes / 1_000_000, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: 1 }).format(amount);
}

function scoreButton(line, score, chat) {
  return button({
    "aria-pressed": String(line.answered === score),
    "aria-label": say("score", { score, best: line.scale.at(-1) }),
    disabled: line.answered !== null,
    onclick: () => chat.press(`${line.button}:${score}`, String(score), true),
  }, String(score));
}

function drawSurvey(line, chat) {
  const ends = line.answered === null ? make("div", { class: "ends" }, make("span", {}, words.worst), make("span", {}, words.best)) : null;
  return make("div", { class: "survey", role: "group", "aria-label": line.text },
    make("p", {}, line.text),
    make("div", { class: "scale" }, ...line.scale.map((score) => scoreButton(line, score, chat)), ends),
    line.answered === null ? null : make("p", { class: "thanks" }, icon("check", 16), words.thanks));
}

function drawBotForm(line, chat) {
  if (line.answered) return make("p", { class: "thanks" }, icon("check", 16), words.form_sent);
  const { fields, submit, id } = line.form;
  const { values, faults, label } = line;
  const form = drawForm({ fields, submit, values, faults, label }, (answers) => chat.answer(id, answers));
  form.classList.add("card");
  return form;
}

/** "We can write to you when you have gone": one field and a way out. */
function drawAddress(line, chat) {
  const fields = [{ name: "email", kind: "email", required: true, label: words.field_email }];
  const form = drawForm({ fields, submit: words.save, values: { email: line.value }, label: line.text },
    ({ email }) => chat.leave(email), button({ onclick: () => chat.decline() }, words.no_thanks));
  form.prepend(make("p", {}, line.text));
  form.classList.add("card");
  return form;
}

const STATES = { sending: "clock", delivered: "check", read: "checks" };

const DRAWINGS = {
  earlier: (_, chat) => button({ class: "earlier", onclick: () => chat.panel.earlier() }, words.earlier),
  day: (line) => make("div", { class: "day" }, line.text),
  mark: () => make("div", { class: "mark" }, words.new_messages),
  who: (line) => make("div", { class: "who" }, make("bdi", {}, line.text), " ", timeOf(line.at)),
  event: (line) => make("div", { class: "event" }, line.text),
  state: (line) => make("div", { class: `state ${line.state}`, "aria-live": "off" }, icon(STATES[line.state], 14), make("span", {}, words[line.state]), " ", timeOf(line.at)),
  bubble: (line, chat) =>
    make("div", { class: line.mine ? "bubble me" : "bubble", dir: "auto" },
      line.mine ? make("span", { class: "unseen" }, `${words.you}: `) : null,
      line.text ? make("span", { class: "words" }, ...textParts(line.text)) : null,
      ...line.files.map((file) => drawFile(file, chat))),
  quick: (line, chat) =>
    make("div", { class: "quick" }, ...line.buttons.map(({ id, text }) => button({ dir: "auto", onclick: () => chat.press(id, text) }, text))),
  survey: drawSurvey,
  form: drawBotForm,
  address: drawAddress,
  note: (line) => make("p", { class: "thanks" }, icon("mail", 16), line.text),
};
