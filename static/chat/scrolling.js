// The newest text stays in view while the reader is there, and waits while they read above.

const CLOSE = 8; // pixels that still count as being at the end

export class Scrolling {
  #end;
  #bar;
  #jump;
  #isPinned = false;
  #lastY = scrollY;

  /** `end` comes after the newest text, `bar` covers the bottom of the window, `jump` leads back. */
  constructor(end, bar, jump) {
    [this.#end, this.#bar, this.#jump] = [end, bar, jump];
    // A reload shows the newest, not the place where the browser remembers a shorter page.
    history.scrollRestoration = "manual";
    addEventListener("scroll", () => this.#look(), { passive: true });
    jump.addEventListener("click", () => this.pin());
    const observer = new ResizeObserver(() => this.#follow());
    [end.parentElement, bar].forEach((element) => observer.observe(element));
    addEventListener("resize", () => this.#follow());
  }

  /** Goes to the newest text, and stays with it. */
  pin() {
    this.#isPinned = true;
    this.#follow();
  }

  /** How far the end lies below the bar's upper edge. */
  get #distance() {
    return this.#end.getBoundingClientRect().bottom - this.#bar.getBoundingClientRect().top;
  }

  #follow() {
    if (this.#isPinned && this.#distance > 0) scrollBy(0, this.#distance);
    this.#show();
  }

  /** Scrolling up lets go, whatever comes meanwhile; only getting back to the end takes hold again. */
  #look() {
    if (this.#distance <= CLOSE) this.#isPinned = true;
    else if (scrollY < this.#lastY) this.#isPinned = false;
    this.#lastY = scrollY;
    this.#show();
  }

  #show() {
    this.#jump.hidden = this.#isPinned || this.#distance <= CLOSE;
  }
}
