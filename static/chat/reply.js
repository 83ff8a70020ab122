// The chatbot's reply in progress. Pieces are added at their offsets; a gap is reported, never guessed.

import { fill, words, write } from "../words.js";

export class Reply {
  /** Start from a snapshot. `length` counts characters as the server does. */
  constructor({ position, attempt = 0, place = 0, text = "", state = "queued" }) {
    Object.assign(this, { position, attempt, place, text, state });
    this.length = [...text].length;
  }

  /** Add a piece; return false if earlier pieces are missing. A repeated piece changes nothing. */
  add({ offset, text }) {
    const characters = [...text];
    this.state = "streaming";
    if (offset + characters.length <= this.length) return true;
    if (offset > this.length) return false;
    this.text += characters.slice(this.length - offset).join("");
    this.length = offset + characters.length;
    return true;
  }

  /** Note that the chatbot is thinking, and remove text beyond `length`, which was a thought. */
  think(length) {
    this.state = "thinking";
    if (length >= this.length) return;
    this.text = [...this.text].slice(0, length).join("");
    this.length = length;
  }

  /** Return whether this reply contains the other one: the stored text is up to a second behind. */
  holds({ position, attempt, state, text }) {
    return this.position === position && this.attempt === attempt && state === "streaming" && this.text.startsWith(text);
  }

  get note() {
    if (["saving", "thinking", "streaming"].includes(this.state)) return words[this.state];
    return this.place > 0 ? fill(words.busy, { number: write(this.place) }) : words.waiting;
  }
}
