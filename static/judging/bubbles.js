// Bubbles can be clicked, and show which of them is chosen.

/** Calls pick(side, number, bubble) for clicks on a bubble that mean it, and not a link in it or text that is being selected. */
export function listen(root, pick) {
  root.addEventListener("click", (event) => {
    const bubble = event.target.closest("[data-bubble]");
    if (!bubble || event.target.closest("a") || !getSelection().isCollapsed) return;
    pick(bubble.closest("[data-side]").dataset.side, Number(bubble.closest("[data-number]").dataset.number), bubble.dataset.bubble);
  });
}

/** Marks the bubble that was clicked, or both of that number where only the number is known. */
export function mark(root, { utterance_number: number, utterance_bubble: chosen }, sides) {
  for (const bubble of root.querySelectorAll("[data-bubble]")) {
    const isSide = sides.includes(bubble.closest("[data-side]").dataset.side);
    const isNumber = Number(bubble.closest("[data-number]").dataset.number) === number;
    const isIt = isSide && isNumber && (!chosen || bubble.dataset.bubble === chosen);
    const button = bubble.querySelector(".pick");
    if (button.getAttribute("aria-pressed") !== String(isIt)) button.setAttribute("aria-pressed", String(isIt));
  }
}

/** Scrolls each side, and nothing else, so far that its marked bubble begins in view. */
export function reveal(root) {
  for (const side of root.querySelectorAll("[data-side]")) {
    const bubble = side.querySelector(".bubble:has([aria-pressed=true])");
    if (!bubble) continue;
    const top = bubble.offsetTop - 48; // below the heading that stays
    const isAbove = top < side.scrollTop;
    const isBelow = bubble.offsetTop + 48 > side.scrollTop + side.clientHeight;
    if (isAbove || isBelow) side.scrollTop = top;
  }
}
