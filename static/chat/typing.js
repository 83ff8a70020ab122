// How a message is typed: when the person begins, what they paste, how often they leave the page. Recorded, never blocked.

const SECOND = 1000;

export class Typing {
  #state;

  /** `stored` is the `state` before a reload; a message that had not been begun starts from scratch. */
  constructor(stored) {
    this.#state = stored?.firstKey ? stored : begun();
    if (document.hidden) this.hide();
    else this.show();
  }

  /** The data that must survive a reload. */
  get state() {
    return this.#state;
  }

  /** Start measuring the next message. */
  restart() {
    this.#state = begun();
    if (document.hidden) this.hide();
  }

  /** From now on the message can be sent; text typed earlier stays counted. */
  allow() {
    this.#state.since = Date.now();
  }

  key() {
    this.#state.firstKey ??= Date.now();
  }

  paste(text) {
    this.#state.pastes += 1;
    this.#state.pastedCharacters += [...text].length;
  }

  hide() {
    if (this.#state.hiddenAt) return;
    this.#state.timesHidden += 1;
    this.#state.hiddenAt = Date.now();
  }

  show() {
    if (this.#state.hiddenAt) this.#state.hidden += Date.now() - this.#state.hiddenAt;
    this.#state.hiddenAt = null;
  }

  /** Return the server's format: seconds and counts. A person who began before sending was possible took 0 s to begin. */
  report() {
    const { since, firstKey, pastes, pastedCharacters, timesHidden, hidden } = this.#state;
    return {
      first_key_seconds: firstKey === null ? null : seconds(Math.max(0, firstKey - since)),
      typing_seconds: firstKey === null ? null : seconds(Date.now() - firstKey),
      pastes,
      pasted_characters: pastedCharacters,
      times_hidden: timesHidden,
      hidden_seconds: seconds(hidden),
    };
  }
}

function begun() {
  return { since: Date.now(), firstKey: null, pastes: 0, pastedCharacters: 0, timesHidden: 0, hidden: 0, hiddenAt: null };
}

function seconds(milliseconds) {
  return Math.round(Math.max(0, milliseconds)) / SECOND;
}
