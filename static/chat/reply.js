// The chatbot's reply while it is on its way: pieces join where they belong, and what does not fit is not guessed.

export class Reply {
  /** As a snapshot tells it; text is counted in characters as the server counts them. */
  constructor({ position, attempt = 0, place = 0, text = "", state = "queued" }) {
    Object.assign(this, { position, attempt, place, text, state });
    this.length = [...text].length;
  }

  /** Adds a piece; false when pieces before it are missing. A piece that is here already changes nothing. */
  add({ offset, text }) {
    const characters = [...text];
    this.state = "streaming";
    if (offset + characters.length <= this.length) return true;
    if (offset > this.length) return false;
    this.text += characters.slice(this.length - offset).join("");
    this.length = offset + characters.length;
    return true;
  }

  /** Nothing more to show for now; what it has beyond `length` was a thought. */
  think(length) {
    this.state = "thinking";
    if (length >= this.length) return;
    this.text = [...this.text].slice(0, length).join("");
    this.length = length;
  }

  /** Whether this has all of the other: what was stored of a reply is up to a second behind. */
  holds({ position, attempt, state, text }) {
    return this.position === position && this.attempt === attempt && state === "streaming" && this.text.startsWith(text);
  }

  get note() {
    if (this.state === "saving") return "The reply is being saved. This can take a moment";
    if (this.state === "thinking") return "The chatbot is thinking";
    if (this.state === "streaming") return "The chatbot is writing";
    if (this.place > 1) return `The chatbot is busy: ${this.place} messages come before yours`;
    return this.place === 1 ? "The chatbot is busy: one message comes before yours" : "Waiting for the chatbot";
  }
}
