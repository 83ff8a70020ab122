// Bubbles: clicks on them, and the mark of the chosen one.

/** Call pick(side, number, bubble) for clicks on a bubble, except on links and while selecting text. */
export function listen(root, pick) {
  root.addEventListener("click", (event) => {
    const bubble = event.target.closest("[data-bubble]");
    if (!bubble || event.target.closest("a") || !getSelection().isCollapsed) return;
    pick(bubble.closest("[data-side]").dataset.side, Number(bubble.closest("[data-number]").dataset.number), bubble.dataset.bubble);
  });
}

/** Mark the clicked bubble, or both bubbles of the number if none was clicked. */
export function mark(root, { utterance_number: number, utterance_bubble: chosen }, sides) {
  for (const bubble of root.querySelectorAll("[data-bubble]")) {
    const isSide = sides.includes(bubble.closest("[data-side]").dataset.side);
    const isNumber = Number(bubble.closest("[data-number]").dataset.number) === number;
    const isIt = isSide && isNumber && (!chosen || bubble.dataset.bubble === chosen);
    const button = bubble.querySelector(".pick");
    if (button.getAttribute("aria-pressed") !== String(isIt)) button.setAttribute("aria-pressed", String(isIt));
  }
}

/** Scroll each side, but not the page, so that the start of its marked bubble is visible. */
export function reveal(root) {
  for (const side of root.querySelectorAll("[data-side]")) {
    const bubble = side.querySelector(".bubble:has([aria-pressed=true])");
    if (!bubble) continue;
    const top = bubble.offsetTop - 48; // below the sticky heading
    const isAbove = top < side.scrollTop;
    const isBelow = bubble.offsetTop + 48 > side.scrollTop + side.clientHeight;
    if (isAbove || isBelow) side.scrollTop = top;
  }
}
