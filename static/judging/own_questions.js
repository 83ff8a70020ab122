// The evaluation's own questions: whatever is entered in their fields, by name.

export class OwnQuestions {
  #root;

  /** `root` holds the fields; without it there are no own questions. `listener` has change(name). */
  constructor(root, listener) {
    this.#root = root;
    root?.addEventListener("input", (event) => listener.change(event.target.name));
  }

  get value() {
    const values = {};
    for (const field of this.#fields) {
      if (field.type === "checkbox") values[field.name] = [...(values[field.name] ?? []), ...(field.checked ? [field.value] : [])];
      else if (field.type !== "radio" || field.checked) values[field.name] = field.value;
    }
    return values;
  }

  /** Adopt the answers from before a reload, or from another tab. */
  set value(answers) {
    for (const field of this.#fields) {
      const given = [answers?.[field.name] ?? ""].flat().map(String);
      if (["checkbox", "radio"].includes(field.type)) field.checked = given.includes(field.value);
      else field.value = given[0] ?? "";
    }
    document.dispatchEvent(new Event("change")); // questions that depend on others appear or disappear
  }

  get #fields() {
    return this.#root?.querySelectorAll("input, select, textarea") ?? [];
  }
}
