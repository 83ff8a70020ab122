// The message box: it grows, counts characters near the limit, sends on Enter, and keeps unsent text across reloads and devices.

import { fill, words, write } from "../words.js";
import { Typing } from "./typing.js";

const ANNOUNCED = 0.9; // share of the limit from which the page counts characters
const PAUSE = 600; // milliseconds without a keystroke before a draft is sent to the server
const BUSY = 3000; // milliseconds after a keystroke in which no other page's draft may replace the text

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

  /** `listener` has say(text, typing), stop() and draft(text), which returns whether the draft was sent. */
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

  /** Change the state that decides which buttons are shown: mayWrite, isRunning, isSaving, isSending, and hint, the reason why not. */
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
    this.#say("hint", excess > 0 ? fill(words.too_long, { number: write(excess) }) : hint);
    this.#count();
    this.#grow();
  }

  /** Show the draft of another tab or device, unless text here has not reached the server yet. */
  receive(draft) {
    if (this.text !== (this.#memory.get("told") ?? "")) this.#tell();
    else if (Date.now() - this.#touched > BUSY) this.#fill(draft, draft);
    else this.#postpone(draft);
  }

  /** Wait until the person here pauses; if they continue, their text is newer. */
  #postpone(draft) {
    const { text } = this;
    clearTimeout(this.#later);
    this.#later = setTimeout(() => this.text === text && this.receive(draft), BUSY);
  }

  /** The server has stored the oldest sent draft. Until then it may have been lost with a connection. */
  kept() {
    const told = this.#sent.shift() ?? null;
    if (told !== null) this.#memory.set({ told });
  }

  /** The connection is gone, so nothing sent over it will be confirmed. */
  lose() {
    this.#sent = [];
  }

  /** Put a refused message back, before any text typed since. */
  restore(text) {
    this.#fill(this.text.trim() ? `${text}\n\n${this.text}` : text, this.#memory.get("told"));
    this.#tell();
  }

  /** The server has stored a message and deleted the draft; keep text typed since. */
  clear() {
    if (this.text === this.#memory.get("told")) this.#fill("", "");
    else this.#memory.set({ told: "" });
  }

  /** From now on a message can be sent. */
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

  /** The person may have begun to write before this script was loaded. */
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

  /** Enter sends, unless it chooses a word in an input method, which Safari marks only by the key code. */
  #press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    this.#form.requestSubmit(this.#form.elements.send.hidden ? undefined : this.#form.elements.send);
  }

  #submit(event) {
    event.preventDefault();
    if (this.#state.isRunning) this.show({ hint: this.#state.isSaving ? words.send_when_saved : words.send_when_complete });
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

  /** Send the draft, unless it is too long for the server: then it stays in this browser. */
  #tell() {
    const isNews = this.text !== (this.#sent.at(-1) ?? this.#memory.get("told") ?? "");
    const isShort = this.#length <= Number(this.#box.dataset.draftLimit);
    if (isNews && isShort && this.#listener.draft(this.text)) this.#sent.push(this.text);
  }

  /** The number of characters as the server counts them: an emoji is one. */
  get #length() {
    return [...this.text].length;
  }

  get #excess() {
    return this.#length - Number(this.#box.dataset.limit);
  }

  #count() {
    const limit = Number(this.#box.dataset.limit);
    const isNear = this.#length >= ANNOUNCED * limit;
    this.#say("count", isNear ? fill(words.length, { number: write(this.#length), limit: write(limit) }) : "");
  }

  /** Make the box as tall as its text, up to the style sheet's maximum. */
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
