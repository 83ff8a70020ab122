// Ratings of two answers: one choice for each criterion, each with an optional reason.

import { fill, language, words } from "../words.js";

const LIST = new Intl.ListFormat(language);

export class Ratings {
  #form;
  #listener;
  #questions;

  /** `listener` has change(name). */
  constructor(form, listener) {
    this.#form = form;
    this.#listener = listener;
    this.#questions = [...form.querySelectorAll("[data-question]")];
    form.addEventListener("input", (event) => this.#changed(event.target));
  }

  get value() {
    const ratings = this.#questions.map(({ dataset: { question: key } }) => {
      const { [key]: choice, [`${key}_reason`]: reason } = this.#form.elements;
      return [key, { choice: choice.value, reason: reason.value }];
    });
    return { ratings: Object.fromEntries(ratings) };
  }

  /** Adopt the answer from before a reload, or from another tab. */
  set value({ ratings }) {
    for (const [key, { choice, reason }] of Object.entries(ratings)) {
      for (const radio of this.#form.elements[key]) radio.checked = radio.value === choice;
      this.#form.elements[`${key}_reason`].value = reason;
    }
  }

  /** No part of an answer can be marked. */
  get sides() {
    return [];
  }

  pick() {}

  step() {}

  isDecision(name) {
    return this.#questions.some(({ dataset }) => dataset.question === name);
  }

  /** Choose one of a question's answers. */
  give(name, value) {
    for (const radio of this.#form.elements[name]) radio.checked = radio.value === value;
    this.#changed(this.#form.elements[name][0]);
  }

  /** Mark the unanswered questions and focus the first. Return a sentence about them, or "". */
  demand() {
    const missing = this.#questions.filter(({ dataset }) => !this.#form.elements[dataset.question].value);
    for (const question of this.#questions) question.classList.toggle("missing", missing.includes(question));
    if (missing.length === 0) return "";
    missing[0].querySelector("input").focus();
    return fill(words.please_say, { missing: LIST.format(missing.map(({ dataset }) => dataset.demand)) });
  }

  #changed(control) {
    const question = control.closest("[data-question]");
    if (!question) return;
    if (control.type === "radio") question.classList.remove("missing");
    this.#listener.change(control.name);
  }
}
