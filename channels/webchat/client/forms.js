// Forms: what is asked before the first message, what the bot asks, and an address for mails.

const INPUT_TYPES = { email: "email", phone: "tel", number: "text", date: "date", checkbox: "checkbox" };
const AUTOCOMPLETE = { email: "email", phone: "tel", name: "name" };

/** The fields of a form; `answers()` gives what was filled in, or null after showing what is missing. */
class Fields {
  /** `faults` are the server's words about answers that it did not take, by name. */
  constructor(fields, values = {}, faults = {}) {
    this.rows = fields.map((field) => fieldRow(field, values[field.name] ?? "", faults[field.name] ?? ""));
    this.nodes = this.rows.map((row) => row.node);
  }

  answers() {
    const wrong = this.rows.filter((row) => !row.check());
    wrong[0]?.input.focus();
    return wrong.length ? null : Object.fromEntries(this.rows.map((row) => [row.field.name, row.value()]));
  }

  get missing() {
    return this.rows.some((row) => fault(row.field, row.value()));
  }

  focus() {
    this.rows[0]?.input.focus();
  }
}

function fieldRow(field, value, said) {
  const id = `f${newId()}`;
  const error = make("small", { class: "fault", id: `${id}-fault` });
  const input = fieldInput(field, id, value);
  const row = { field, input, value: () => (field.kind === "checkbox" ? (input.checked ? "true" : "") : input.value.trim()) };
  const show = (text) => {
    write(error, text);
    input.setAttribute("aria-invalid", String(Boolean(text)));
    return !text;
  };
  row.check = () => show(fault(field, row.value()));
  show(said);
  // while typing, not on leaving: a line that goes away then would move the button from under the pointer
  input.addEventListener("input", () => (error.hidden ? null : row.check()));
  const label = make("label", { for: id }, field.label || field.name);
  if (!field.required) label.append(make("i", {}, ` ${words.optional}`));
  row.node = make("div", { class: field.kind === "checkbox" ? "field tick" : "field" }, label, input, error);
  return row;
}

function fieldInput(field, id, value) {
  const attributes = { id, "aria-describedby": `${id}-fault`, "aria-required": String(Boolean(field.required)) };
  if (field.choices?.length) {
    const options = ["", ...field.choices].map((choice) => make("option", { value: choice, selected: choice === value }, choice || words.choose));
    return make("select", attributes, ...options);
  }
  if (field.kind === "long") return make("textarea", { ...attributes, rows: 3, dir: "auto", maxlength: 2000 }, value);
  const input = make("input", {
    ...attributes,
    type: INPUT_TYPES[field.kind] ?? "text",
    inputmode: field.kind === "number" ? "decimal" : null,
    autocomplete: AUTOCOMPLETE[field.kind] ?? AUTOCOMPLETE[field.name] ?? "off",
    dir: field.kind === "email" || field.kind === "phone" ? "ltr" : "auto",
    maxlength: 500,
  });
  if (field.kind === "checkbox") input.checked = value === "true";
  else input.value = value;
  return input;
}

/** What is wrong with an answer, in words; "" = nothing. The server looks again. */
function fault(field, value) {
  if (!value) return field.required ? words.field_missing : "";
  if (field.kind === "email" && !/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) return words.field_bad_email;
  if (field.kind === "phone" && !/^\+?[\d\s().\/-]{5,}$/.test(value)) return words.field_bad_phone;
  if (field.kind === "number" && !/^[-+]?\d+([.,]\d+)?$/.test(value)) return words.field_bad_number;
  return "";
}

/** A form with a button; `done(answers)` when it is complete. */
function drawForm({ fields, submit, values, faults, label }, done, ...more) {
  const inner = new Fields(fields, values, faults);
  const act = (event) => {
    event.preventDefault();
    const answers = inner.answers();
    if (answers) done(answers);
  };
  const send = make("button", { type: "submit", class: "primary" }, submit || words.submit);
  return make("form", { novalidate: true, "aria-label": label, onsubmit: act }, ...inner.nodes, make("div", { class: "acts" }, send, ...more));
}
