// Room for the two sides: a long task shows its beginning until it is expanded, and on a phone the questions can be hidden.

/** Let the button expand the task, and hide the button while nothing of the task is hidden. */
export function expandable(task, button) {
  const { more, less } = button.dataset;
  const look = () => {
    const isOpen = button.getAttribute("aria-expanded") === "true";
    button.hidden = !isOpen && task.scrollHeight <= task.clientHeight + 1;
    button.textContent = isOpen ? less : more;
    task.classList.toggle("whole", isOpen);
  };
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    look();
  });
  new ResizeObserver(look).observe(task);
}

/** Fold all questions but the first while nothing is answered, and whenever the person presses the button. */
export class Questions {
  #form;
  #button;

  constructor(form, button) {
    this.#form = form;
    this.#button = button;
    button.addEventListener("click", () => this.#fold(!form.classList.contains("folded")));
  }

  /** Follow the answer: the first part of it unfolds the questions. */
  follow(isBegun) {
    if (this.#button.hidden) this.#fold(!isBegun);
    this.#button.hidden = !isBegun;
  }

  unfold() {
    this.#fold(false);
  }

  #fold(isFolded) {
    this.#form.classList.toggle("folded", isFolded);
    this.#button.setAttribute("aria-expanded", String(!isFolded));
  }
}
