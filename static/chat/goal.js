// The button for the next goal: it says why it is locked, and asks for confirmation because there is no way back.

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

  /** On a phone, collapse the goal to a line once the chat has begun; a tap expands it. */
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
