// The turns of the chat. The server renders each one; only a reply in progress and a message being sent are rendered here.

import { showMarkdown } from "./markdown.js";

export class Log {
  #element;
  #address;
  #listener;
  #requests = new Map();
  #reply = null;

  /** `listener` has missed(), called if a turn could not be fetched, and lost(), if it no longer belongs to this person. */
  constructor(element, listener) {
    this.#element = element;
    this.#address = element.dataset.turns;
    this.#listener = listener;
  }

  get length() {
    return this.#element.querySelectorAll("[data-position]").length;
  }

  /** Return whether the turn is shown here and is not pending. */
  isSettled(position) {
    const state = this.#turn(position)?.dataset.state;
    return state !== undefined && state !== "pending";
  }

  /** Fetch the turn and show it in its place. The answer to the latest request wins, even if another arrives later. */
  async show(position) {
    const request = (this.#requests.get(position) ?? 0) + 1;
    this.#requests.set(position, request);
    const html = await this.#fetch(position);
    if (html === null || this.#requests.get(position) !== request) return;
    const turn = new DOMParser().parseFromString(html, "text/html").querySelector("[data-position]");
    this.#place(document.adoptNode(turn), position);
  }

  /** Show a message that was sent and is not stored yet. */
  expect(key, text) {
    this.forget();
    const turn = copyOf("outgoing");
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

  /** Show the reply in progress, or null: `text` is its text so far, `note` what it is waiting for. */
  write(reply) {
    this.#reply = reply;
    if (reply) this.#write();
  }

  #write() {
    const turn = this.#turn(this.#reply.position);
    if (!turn) return;
    const bubble = turn.querySelector("[data-running]") ?? this.#begin(turn);
    showMarkdown(bubble.querySelector("[data-text]"), this.#reply.text);
    bubble.querySelector("[data-note]").textContent = this.#reply.note;
  }

  #begin(turn) {
    const bubble = copyOf("running");
    keepFocus(turn, () => turn.querySelector("[data-reply]").replaceChildren(bubble));
    return bubble;
  }

  #place(turn, position) {
    const shown = this.#turn(position);
    if (this.#element.querySelector("[data-outgoing]")?.dataset.key === turn.dataset.key) this.forget();
    if (shown) this.#renew(shown, turn);
    else this.#insert(turn, position);
    finish(shown ?? turn);
    if (this.#reply?.position === position) this.#write();
    this.#element.dispatchEvent(new CustomEvent("shown", { detail: { key: turn.dataset.key } }));
  }

  /** Replace only the reply, because the message cannot have changed and someone may be reading it. */
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
      if (!(error instanceof TypeError)) throw error; // browsers throw this if the network fails
      this.#listener.missed();
    }
    return null;
  }

  #turn(position) {
    return this.#element.querySelector(`[data-position="${position}"]`);
  }
}

/** Give complete replies what only makes sense now: code gets a button that copies it. Make code, tables and long texts that scroll
 * reachable by keyboard. */
export function finish(part) {
  for (const code of part.querySelectorAll("[data-reply] :not(.code-box) > pre")) {
    const box = copyOf("code");
    code.replaceWith(box);
    box.prepend(code);
  }
  for (const box of part.querySelectorAll("pre, table, .goal-text")) {
    reach(box);
    sizes.observe(box);
  }
}

/** Follows what begins to scroll in a narrower window, or when it is unfolded. */
const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => reach(target)));

function reach(box) {
  if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
}

function copyOf(name) {
  return document.getElementById(name).content.firstElementChild.cloneNode(true);
}

/** Replace content without losing the focus: if it was inside, move it to the message box. */
function keepFocus(part, replace) {
  const hadFocus = part.contains(document.activeElement);
  replace();
  if (hadFocus) document.getElementById("message").focus({ preventScroll: true });
}
