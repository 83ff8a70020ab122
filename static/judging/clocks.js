// Clocks: active time on the visible page, and separately idle and hidden time.

const SECOND = 1000;
const IDLE_AFTER = 30 * SECOND; // for the reason see evaluation/judging/clocks.py

export class Clocks {
  #since; // when the pair was shown
  #active;
  #idle;
  #first; // first interaction, in milliseconds
  #decision; // last change of the choice, in milliseconds
  #at; // time up to which all time is counted
  #input; // time of the last input
  #isVisible;

  /** `kept` is the `state` before a reload, or the server's times; null starts from 0. */
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

  /** Continue from seconds counted elsewhere. Loading a page or returning to it counts as input. */
  adopt({ elapsed, first_interaction: first, decision, active, idle }) {
    this.#since = Date.now() - (elapsed ?? 0) * SECOND;
    [this.#active, this.#idle] = [(active ?? 0) * SECOND, (idle ?? 0) * SECOND];
    this.#first = first == null ? null : first * SECOND;
    this.#decision = decision == null ? null : decision * SECOND;
    [this.#at, this.#input] = [Date.now(), Date.now()];
    this.#isVisible = !document.hidden;
  }

  /** Record a change of the choice. */
  decide() {
    this.#decision = Date.now() - this.#since;
  }

  /** Return the times in seconds for the server. Time neither active nor idle was hidden, or the page was closed. */
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

  /** Return the times and the present, for a reload. */
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

  /** Count the time since the last count: active until IDLE_AFTER after the last input, then idle. */
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

/** Return the times of this tab or of the server, whichever counted more active time. Time since then counts as hidden. */
export function furthest(kept, stored) {
  if (!kept) return stored;
  const resumed = { ...kept, elapsed: kept.elapsed + Math.max(0, Date.now() - kept.at) / SECOND };
  return stored && (stored.active ?? 0) > (kept.active ?? 0) ? stored : resumed;
}

function seconds(milliseconds) {
  return Math.round(milliseconds) / SECOND;
}
