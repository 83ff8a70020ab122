// The box for a message: it grows, counts near the limit, sends on Enter, and keeps what was typed through reloads and on other devices.

import { Typing } from "./typing.js";

const ANNOUNCED = 0.9; // of the limit, from where the characters are counted
const PAUSE = 600; // milliseconds without a key before a draft goes to the server
const BUSY = 3000; // milliseconds after a key in which no other page's draft may replace what is being written

const WRITING = "You can send this when the reply is complete, or stop the reply first.";
const SAVING = "You can send this as soon as the reply has been saved.";

export class Composer {
  #form;
  #box;
  #memory;
  #listener;
  #typing;
  #timer = 0;
  #touched = 0;
  #sent = []; // drafts that the server has not confirmed, oldest first; null for those that no longer matter
  #later = 0;
  #state = { mayWrite: true, isRunning: false, isSaving: false, isSending: false, hint: "" };

  /** `listener` has say(text, typing), stop() and draft(text), which tells whether the server was told. */
  constructor(form, memory, listener) {
    this.#form = form;
    this.#box = form.elements.message;
    this.#memory = memory;
    this.#listener = listener;
    this.#typing = new Typing(memory.get("typing"));
    this.#recall();
    this.#listen();
    this.show({});
  }

  get text() {
    return this.#box.value;
  }

  /** What decides which buttons there are: mayWrite, isRunning, isSaving, isSending, and hint, which says why not. */
  show(changes) {
    Object.assign(this.#state, changes);
    const { isRunning, isSaving, isSending, mayWrite, hint } = this.#state;
    const mayStop = isRunning && !isSaving;
    const { send, stop, message } = this.#form.elements;
    const excess = this.#excess;
    if (!mayStop && document.activeElement === stop) this.focus();
    stop.hidden = !mayStop;
    send.hidden = mayStop;
    send.disabled = isSending || isSaving || !mayWrite || !message.value.trim() || excess > 0;
    this.#say("hint", excess > 0 ? `This is too long to send: please shorten it by ${excess.toLocaleString("en-GB")}.` : hint);
    this.#count();
    this.#grow();
  }

  /** What another tab or device has written, unless something here has not reached the server yet. */
  receive(draft) {
    if (this.text !== (this.#memory.get("told") ?? "")) this.#tell();
    else if (Date.now() - this.#touched > BUSY) this.#fill(draft, draft);
    else this.#postpone(draft);
  }

  /** Until the writer here has paused; if they wrote on, theirs is the newer. */
  #postpone(draft) {
    const { text } = this;
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.text === text && this.receive(draft), BUSY);
  }

  /** The oldest draft that was sent is stored. Until then a connection may have swallowed it. */
  kept() {
    const told = this.#sent.shift() ?? null;
    if (told !== null) this.#memory.set({ told });
  }

  /** The connection is gone, and nothing that was sent over it will be confirmed. */
  lose() {
    this.#sent = [];
  }

  /** A message that was not taken comes back, before whatever has been typed since. */
  restore(text) {
    this.#fill(this.text.trim() ? `${text}\n\n${this.text}` : text, this.#memory.get("told"));
    this.#tell();
  }

  /** The server has taken a message and forgotten the draft; what is typed here since stays. */
  clear() {
    if (this.text === this.#memory.get("told")) this.#fill("", "");
    else this.#memory.set({ told: "" });
  }

  /** A message can be sent from now on. */
  allow() {
    this.#typing.allow();
    this.#keep();
  }

  focus() {
    this.#box.focus({ preventScroll: true });
  }

  #listen() {
    this.#box.addEventListener("input", () => this.#change());
    this.#box.addEventListener("keydown", (event) => this.#press(event));
    this.#box.addEventListener("paste", (event) => this.#typing.paste(event.clipboardData?.getData("text") ?? ""));
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#form.elements.stop.addEventListener("click", () => this.#listener.stop());
    document.addEventListener("visibilitychange", () => this.#look());
    new ResizeObserver(() => this.#grow()).observe(this.#form);
  }

  /** Somebody may have begun to write before this script was there. */
  #recall() {
    if (this.text) this.#typing.key();
    else this.#box.value = this.#memory.get("text") ?? "";
  }

  #change() {
    this.#touched = Date.now();
    this.#typing.key();
    this.#keep();
    this.#state.hint = this.#state.mayWrite ? "" : this.#state.hint;
    this.show({});
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#tell(), PAUSE);
  }

  /** Enter sends, but not the one that chooses a word in an input method; Safari tells that one only by its code. */
  #press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#form.requestSubmit(this.#form.elements.send.hidden ? undefined : this.#form.elements.send);
  }

  #submit(event) {
    event.preventDefault();
    if (this.#state.isRunning) this.show({ hint: this.#state.isSaving ? SAVING : WRITING });
    const { send } = this.#form.elements;
    if (send.hidden || send.disabled) return;
    const report = this.#typing.report();
    const text = this.text;
    clearTimeout(this.#timer);
    this.#touched = 0;
    this.#typing.restart();
    this.#fill("", "");
    this.#listener.say(text, report);
    this.focus();
  }

  #look() {
    if (document.hidden) this.#typing.hide();
    else this.#typing.show();
    this.#keep();
    if (document.hidden) this.#tell();
  }

  #fill(text, told) {
    if (this.text !== text) this.#box.value = text;
    this.#sent.fill(null);
    this.#memory.set({ told });
    this.#keep();
    this.show({});
  }

  #keep() {
    this.#memory.set({ text: this.text, typing: this.#typing.state });
  }

  /** A draft that is longer than the server keeps stays in this browser. */
  #tell() {
    const isNews = this.text !== (this.#sent.at(-1) ?? this.#memory.get("told") ?? "");
    const isShort = this.#length <= Number(this.#box.dataset.draftLimit);
    if (isNews && isShort && this.#listener.draft(this.text)) this.#sent.push(this.text);
  }

  /** Characters as the server counts them: an emoji is one. */
  get #length() {
    return [...this.text].length;
  }

  get #excess() {
    return this.#length - Number(this.#box.dataset.limit);
  }

  #count() {
    const limit = Number(this.#box.dataset.limit);
    const isNear = this.#length >= ANNOUNCED * limit;
    this.#say("count", isNear ? `${this.#length.toLocaleString("en-GB")} of ${limit.toLocaleString("en-GB")} characters` : "");
  }

  /** As tall as its text; the style sheet says where that ends. */
  #grow() {
    this.#box.style.height = "auto";
    this.#box.style.height = `${this.#box.scrollHeight + this.#box.offsetHeight - this.#box.clientHeight}px`;
  }

  #say(id, words) {
    const place = document.getElementById(id);
    if (place.textContent !== words) place.textContent = words;
    place.hidden = !words;
  }
}
