// The way to the next goal: it says why it is locked, and asks before it leaves this goal for good.

const NARROW = matchMedia("(max-width: 40rem)");

export class Goal {
  #button;
  #dialog;
  #reason;

  /** `listener` has unsent(), the text that would be lost, and announce(words). */
  constructor(listener) {
    this.#button = document.getElementById("next");
    this.#dialog = document.getElementById("go-on");
    this.#reason = document.getElementById("locked");
    this.#button.addEventListener("click", () => this.#ask(listener));
    document.getElementById("stay").addEventListener("click", () => this.#dialog.close());
  }

  /** On a phone the goal shrinks to a line once the chat has begun; a tap brings it back. */
  makeRoom() {
    if (NARROW.matches) document.getElementById("what").open = false;
  }

  allow({ allowed, why_not: reason }) {
    this.#button.setAttribute("aria-disabled", String(!allowed));
    this.#reason.textContent = allowed ? "" : reason;
    this.#reason.hidden = allowed;
    if (!allowed) this.#dialog.close();
  }

  #ask(listener) {
    if (this.#button.getAttribute("aria-disabled") === "true") {
      listener.announce(this.#reason.textContent);
      return;
    }
    document.getElementById("unsent").hidden = !listener.unsent().trim();
    this.#dialog.showModal();
  }
}
