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

  get note() {
    if (this.state === "streaming") return "The chatbot is writing";
    if (this.place > 1) return `The chatbot is busy: ${this.place} messages come before yours`;
    return this.place === 1 ? "The chatbot is busy: one message comes before yours" : "Waiting for the chatbot";
  }
}
