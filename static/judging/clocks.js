// How long somebody has the pair before them, and does something: time with the page hidden or idle is kept apart.

const SECOND = 1000;
const IDLE_AFTER = 30 * SECOND; // the server says why: evaluation/judging/clocks.py

export class Clocks {
  #since; // when the pair was shown
  #active;
  #idle;
  #first; // interaction, after so many milliseconds
  #decision; // the last change of the choice
  #at; // up to when time is counted
  #input; // the last sign of life
  #isVisible;

  /** `kept` is what `state` gave before a reload, or what the server told; null begins anew. */
  constructor(kept) {
    this.adopt(kept ?? { elapsed: 0 });
    for (const sign of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove", "scroll"]) {
      addEventListener(sign, () => this.#stir(), { passive: true, capture: true });
    }
    for (const deed of ["pointerdown", "keydown", "wheel", "touchmove"]) {
      addEventListener(deed, () => this.#begin(), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => this.#settle());
  }

  /** Goes on from seconds that were counted elsewhere. Loading a page or coming back to it is a sign of life. */
  adopt({ elapsed, first_interaction: first, decision, active, idle }) {
    this.#since = Date.now() - (elapsed ?? 0) * SECOND;
    [this.#active, this.#idle] = [(active ?? 0) * SECOND, (idle ?? 0) * SECOND];
    this.#first = first == null ? null : first * SECOND;
    this.#decision = decision == null ? null : decision * SECOND;
    [this.#at, this.#input] = [Date.now(), Date.now()];
    this.#isVisible = !document.hidden;
  }

  /** The choice has been changed. */
  decide() {
    this.#decision = Date.now() - this.#since;
  }

  /** Seconds, as the server wants them. What is neither active nor idle was hidden, or the page was closed. */
  report() {
    this.#settle();
    const elapsed = Math.max(0, Date.now() - this.#since);
    return {
      elapsed: seconds(elapsed),
      first_interaction: this.#first === null ? null : seconds(this.#first),
      decision: this.#decision === null ? null : seconds(this.#decision),
      active: seconds(this.#active),
      idle: seconds(this.#idle),
      hidden: seconds(Math.max(0, elapsed - this.#active - this.#idle)),
    };
  }

  /** What a reload must not lose: the same, and when that was. */
  get state() {
    return { ...this.report(), at: Date.now() };
  }

  #stir() {
    this.#settle();
    this.#input = Date.now();
  }

  #begin() {
    this.#first ??= Date.now() - this.#since;
  }

  /** Counts the time since it was last counted: active until so long after the last sign of life, then idle. */
  #settle() {
    const now = Date.now();
    const span = Math.max(0, now - this.#at);
    if (this.#isVisible) {
      const busy = Math.min(span, Math.max(0, this.#input + IDLE_AFTER - this.#at));
      this.#active += busy;
      this.#idle += span - busy;
    }
    this.#at = now;
    if (!this.#isVisible && !document.hidden) this.#input = now;
    this.#isVisible = !document.hidden;
  }
}

/** Of what this tab kept and what the server told, the one that has counted more; time since then has passed unseen. */
export function furthest(kept, told) {
  if (!kept) return told;
  const resumed = { ...kept, elapsed: kept.elapsed + Math.max(0, Date.now() - kept.at) / SECOND };
  return told && (told.active ?? 0) > (kept.active ?? 0) ? told : resumed;
}

function seconds(milliseconds) {
  return Math.round(milliseconds) / SECOND;
}
