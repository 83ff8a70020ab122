// Keep the newest text in view while the reader is at the end, but not while they read further up.

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
    // After a reload show the newest text, not the position that the browser remembers from a shorter page.
    history.scrollRestoration = "manual";
    addEventListener("scroll", () => this.#look(), { passive: true });
    jump.addEventListener("click", () => this.pin());
    const observer = new ResizeObserver(() => this.#follow());
    [end.parentElement, bar].forEach((element) => observer.observe(element));
    addEventListener("resize", () => this.#follow());
  }

  /** Scroll to the newest text and follow it. */
  pin() {
    this.#isPinned = true;
    this.#follow();
  }

  /** The distance of the end below the bar's upper edge, in pixels. */
  get #distance() {
    return this.#end.getBoundingClientRect().bottom - this.#bar.getBoundingClientRect().top;
  }

  #follow() {
    if (this.#isPinned && this.#distance > 0) scrollBy(0, this.#distance);
    this.#show();
  }

  /** Scrolling up stops following, whatever arrives; returning to the end resumes it. */
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
