// The three questions, and the evaluation's own: the answers, the options, and missing answers.

import { fill, language, words } from "../words.js";
import { OwnQuestions } from "./own_questions.js";

const QUESTIONS = ["choice", "confidence", "utterance_number"];
const NOT_SURE = "not_sure"; // needs no utterance
const LIST = new Intl.ListFormat(language);

export class Answer {
  #form;
  #turns;
  #listener;
  #select;
  #own;

  /** `turns` are the numbers of turns of the sides. `listener` has change(name), and hint(words) for impossible answers. */
  constructor(form, turns, listener) {
    this.#form = form;
    this.#turns = turns;
    this.#listener = listener;
    this.#select = form.elements.utterance_number;
    this.#own = new OwnQuestions(form.querySelector(".own"), listener);
    form.addEventListener("change", (event) => this.#changed(event.target.name));
    this.#offer();
  }

  get value() {
    const { choice, confidence, utterance_side: side, utterance_bubble: bubble } = this.#form.elements;
    return {
      choice: choice.value,
      confidence: confidence.value,
      utterance_number: this.#select.value === "" ? null : Number(this.#select.value),
      utterance_side: side.value,
      utterance_bubble: bubble.value,
      own_answers: this.#own.value,
    };
  }

  /** Adopt the answer from before a reload, or from another tab. */
  set value({ choice, confidence, utterance_number: number, utterance_side: side, utterance_bubble: bubble, own_answers: own }) {
    for (const [name, value] of Object.entries({ choice, confidence })) {
      for (const radio of this.#form.elements[name]) radio.checked = radio.value === value;
    }
    this.#offer();
    this.#select.value = number === null ? "" : String(number);
    this.#mark(side, bubble);
    this.#own.value = own;
  }

  /** Return the sides to which the chosen number may refer. */
  get sides() {
    const { choice, utterance_side: side } = this.value;
    return [side || choice].filter((name) => name in this.#turns).concat(side || choice in this.#turns ? [] : Object.keys(this.#turns));
  }

  /** Return whether the decision between the sides has changed with this question. */
  isDecision(name) {
    return name === "choice";
  }

  /** Choose one of a question's answers. */
  give(name, value) {
    for (const radio of this.#form.elements[name]) radio.checked = radio.value === value;
    document.dispatchEvent(new Event("change")); // own questions that depend on it appear or disappear
    this.#changed(name);
  }

  /** Move the number up or down by one; "no single utterance" comes before the first. */
  step(by) {
    if (this.value.choice === NOT_SURE) return;
    const offered = ["0", ...Array.from(this.#select.options, (option) => option.value).filter((value) => Number(value) > 0)];
    const at = offered.indexOf(this.#select.value);
    const next = at === -1 ? (by > 0 ? 1 : offered.length - 1) : at + by;
    if (next < 0 || next >= offered.length) return;
    this.#select.value = offered[next];
    this.#changed("utterance_number");
  }

  /** Choose the clicked bubble, unless it is in the dialogue that was not chosen, or none is asked for. */
  pick(side, number, bubble) {
    const { choice } = this.value;
    if (choice === NOT_SURE) return;
    if (choice in this.#turns && choice !== side) {
      this.#listener.hint(fill(words.in_the_other, { other: words[side], chosen: words[choice] }));
      return;
    }
    this.#select.value = String(number);
    this.#mark(side, bubble);
    this.#question("utterance_number").classList.remove("missing");
    this.#listener.change("utterance_number");
  }

  /** Mark the unanswered questions and focus the first. Return a sentence about them, or "". */
  demand() {
    const asked = QUESTIONS.filter((name) => name !== "utterance_number" || this.value.choice !== NOT_SURE);
    const missing = asked.filter((name) => this.value[name] === "" || this.value[name] === null);
    for (const name of QUESTIONS) this.#question(name).classList.toggle("missing", missing.includes(name));
    if (missing.length === 0) return "";
    this.#question(missing[0]).querySelector("input, select").focus();
    return fill(words.please_say, { missing: LIST.format(missing.map((name) => words[name])) });
  }

  #changed(name) {
    if (!QUESTIONS.includes(name)) return;
    this.#question(name).classList.remove("missing");
    if (name === "utterance_number") this.#mark("", "");
    const lost = name === "choice" ? this.#adapt() : "";
    this.#listener.change(name);
    if (lost) this.#listener.hint(lost);
  }

  /** After a change of the choice, drop an utterance of the other dialogue. Return a sentence about it, or "". */
  #adapt() {
    const { choice, utterance_number: number, utterance_side: side } = this.value;
    this.#offer();
    if (choice === NOT_SURE) {
      this.#select.value = "";
      this.#mark("", "");
      return "";
    }
    const isOther = side && choice in this.#turns && choice !== side;
    if (!isOther && (number === null || this.#select.value === String(number))) return "";
    this.#select.value = "";
    this.#mark("", "");
    return fill(isOther ? words.was_in_the_other : words.no_such_utterance, { chosen: words[choice], number });
  }

  /** Offer the numbers of the chosen dialogue, or of the longer one if none is chosen. */
  #offer() {
    const { choice, utterance_number: number } = this.value;
    const most = this.#turns[choice] ?? Math.max(...Object.values(this.#turns));
    const last = this.#select.options[this.#select.options.length - 1];
    for (const option of [...this.#select.options]) if (Number(option.value) > most) option.remove();
    const offered = this.#select.options.length - 2;
    for (let each = offered + 1; each <= most; each += 1) this.#select.add(new Option(String(each), String(each)), last);
    this.#select.value = number !== null && number <= most ? String(number) : "";
  }

  #mark(side, bubble) {
    this.#form.elements.utterance_side.value = side;
    this.#form.elements.utterance_bubble.value = bubble;
  }

  #question(name) {
    const control = this.#form.elements[name];
    return (control instanceof RadioNodeList ? control[0] : control).closest(".question");
  }
}
