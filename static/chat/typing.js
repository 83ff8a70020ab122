// How one message comes about: when its writer begins, what they paste, how often they leave the page. Noted, never judged.

const SECOND = 1000;

export class Typing {
  #state;

  /** `stored` is what `state` gave before a reload; a message that nobody had begun begins anew. */
  constructor(stored) {
    this.#state = stored?.firstKey ? stored : begun();
    if (document.hidden) this.hide();
    else this.show();
  }

  /** What a reload must not lose. */
  get state() {
    return this.#state;
  }

  /** For the next message, from now on. */
  restart() {
    this.#state = begun();
    if (document.hidden) this.hide();
  }

  /** From now on a message can be sent; what was typed of it before stays counted. */
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

  /** As the server wants it: seconds and counts. Somebody who began before they could send took no time to begin. */
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
