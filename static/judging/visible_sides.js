// The two dialogues: the one that a phone shows, and the share of each that was visible.

export class Sides {
  #sides;
  #seen;

  /** `seen` has the shares from before a reload, from 0 to 1, by the name of the side. */
  constructor(root, seen) {
    this.#sides = [...root.querySelectorAll("[data-side]")];
    this.#seen = { ...seen };
    for (const side of this.#sides) side.addEventListener("scroll", () => this.#look(side), { passive: true });
    root.querySelector(".switch").addEventListener("change", () => this.#lookAtAll());
    new ResizeObserver(() => this.#lookAtAll()).observe(root);
    makeReachable(root);
  }

  /** Return the number of turns of each side. */
  get turns() {
    return Object.fromEntries(this.#sides.map((side) => [side.id, side.querySelectorAll("[data-number]").length]));
  }

  get seen() {
    this.#lookAtAll();
    return this.#seen;
  }

  /** Show the side on a phone. */
  show(name) {
    const button = document.getElementById(`show-${name}`);
    if (button.checked) return;
    button.checked = true;
    this.#lookAtAll();
  }

  #lookAtAll() {
    this.#sides.forEach((side) => this.#look(side));
  }

  #look(side) {
    if (document.hidden || getComputedStyle(side).visibility === "hidden" || side.scrollHeight === 0) return;
    const share = Math.min(1, (side.scrollTop + side.clientHeight) / side.scrollHeight);
    this.#seen[side.id] = Math.max(this.#seen[side.id] ?? 0, share);
  }
}

/** Make scrolling code blocks reachable by keyboard; tables already are. */
function makeReachable(root) {
  for (const box of root.querySelectorAll("pre")) {
    if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
  }
}
