// What was said. The server renders every turn; only a reply under way, and a message that is not there yet, are shown as plain text.

export class Log {
  #element;
  #address;
  #listener;
  #requests = new Map();
  #reply = null;

  /** `listener` has missed(), for a turn that could not be fetched, and lost(), for one that is not this person's any more. */
  constructor(element, listener) {
    this.#element = element;
    this.#address = element.dataset.turns;
    this.#listener = listener;
  }

  get length() {
    return this.#element.querySelectorAll("[data-position]").length;
  }

  /** Whether the turn stands here and needs no other look unless something happens to it. */
  isSettled(position) {
    const state = this.#turn(position)?.dataset.state;
    return state !== undefined && state !== "pending";
  }

  /** Fetches the turn and puts it in its place. The latest answer wins, whichever comes last. */
  async show(position) {
    const request = (this.#requests.get(position) ?? 0) + 1;
    this.#requests.set(position, request);
    const html = await this.#fetch(position);
    if (html === null || this.#requests.get(position) !== request) return;
    const turn = new DOMParser().parseFromString(html, "text/html").querySelector("[data-position]");
    this.#place(document.adoptNode(turn), position);
  }

  /** A message that was sent and is not stored yet. */
  expect(key, text) {
    this.forget();
    const turn = this.#copy("outgoing");
    turn.dataset.key = key;
    turn.querySelector("[data-text]").textContent = text;
    this.#element.append(turn);
  }

  note(text) {
    const note = this.#element.querySelector("[data-outgoing] [data-note]");
    if (note) note.textContent = text;
  }

  forget() {
    this.#element.querySelector("[data-outgoing]")?.remove();
  }

  /** The reply that is under way, or null: `text` is what there is of it, `note` what it waits for. */
  write(reply) {
    this.#reply = reply;
    if (reply) this.#write();
  }

  #write() {
    const turn = this.#turn(this.#reply.position);
    if (!turn) return;
    const bubble = turn.querySelector("[data-running]") ?? this.#begin(turn);
    const shown = bubble.querySelector("[data-text]").firstChild;
    // Text only ever grows: what stands there already is left alone.
    if (this.#reply.text.startsWith(shown.data)) shown.appendData(this.#reply.text.slice(shown.length));
    else shown.data = this.#reply.text;
    bubble.querySelector("[data-note]").textContent = this.#reply.note;
  }

  #begin(turn) {
    const bubble = this.#copy("running");
    bubble.querySelector("[data-text]").append(document.createTextNode(""));
    keepFocus(turn, () => turn.querySelector("[data-reply]").replaceChildren(bubble));
    return bubble;
  }

  #place(turn, position) {
    const shown = this.#turn(position);
    if (this.#element.querySelector("[data-outgoing]")?.dataset.key === turn.dataset.key) this.forget();
    if (shown) this.#renew(shown, turn);
    else this.#insert(turn, position);
    makeReachable(shown ?? turn);
    if (this.#reply?.position === position) this.#write();
    this.#element.dispatchEvent(new CustomEvent("shown", { detail: { key: turn.dataset.key } }));
  }

  /** Only the reply can have changed; who reads the message above it keeps their place. */
  #renew(shown, turn) {
    shown.dataset.state = turn.dataset.state;
    keepFocus(shown, () => shown.querySelector("[data-reply]").replaceWith(turn.querySelector("[data-reply]")));
  }

  #insert(turn, position) {
    const later = [...this.#element.querySelectorAll("[data-position], [data-outgoing]")];
    const next = later.find((other) => !other.dataset.position || Number(other.dataset.position) > position);
    this.#element.insertBefore(turn, next ?? null);
  }

  async #fetch(position) {
    try {
      const answer = await fetch(this.#address.replace(/0\/$/, `${position}/`), { redirect: "manual" });
      if (answer.ok) return await answer.text();
      if (answer.status < 500) this.#listener.lost();
      else this.#listener.missed();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // what a browser calls a network that fails
      this.#listener.missed();
    }
    return null;
  }

  #turn(position) {
    return this.#element.querySelector(`[data-position="${position}"]`);
  }

  #copy(name) {
    return document.getElementById(name).content.firstElementChild.cloneNode(true);
  }
}

/** Code, tables and long texts that scroll must be reachable by keyboard. */
export function makeReachable(part) {
  for (const box of part.querySelectorAll("pre, table, .goal-text")) {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  }
}

/** Replaces something without dropping the keyboard's place: if that was inside, it goes to the message. */
function keepFocus(part, replace) {
  const hadFocus = part.contains(document.activeElement);
  replace();
  if (hadFocus) document.getElementById("message").focus({ preventScroll: true });
}
