// Keys for answering without a mouse. The controls show them.

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** `listener` has give(name, value), step(by) and submit(). */
export function listen(form, listener) {
  const answers = answersByKey(form);
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) handle(event, () => event.repeat || listener.submit());
    else if (!isElsewhere(event)) press(event, answers, listener);
  });
}

/** Return the question's name and the option of each key that the form names. */
function answersByKey(form) {
  const options = [...form.querySelectorAll("input[aria-keyshortcuts]")];
  return Object.fromEntries(options.map((option) => [option.getAttribute("aria-keyshortcuts").toLowerCase(), [option.name, option.value]]));
}

function press(event, answers, listener) {
  const answer = answers[digit(event) ?? letter(event)];
  if (answer) handle(event, () => listener.give(...answer));
  else if (event.key in STEPS && !isScrolling(event.target)) handle(event, () => listener.step(STEPS[event.key]));
}

function handle(event, act) {
  event.preventDefault();
  act();
}

/** Digits need Shift on some keyboards. */
function digit(event) {
  return /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
}

/** Return the typed letter or, on keyboards of other scripts, the letter at that position. */
function letter(event) {
  return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : event.code.replace(/^Key/, "").toLowerCase();
}

/** Return whether the key has another meaning here. */
function isElsewhere(event) {
  const isText = event.target.closest?.("input:not([type=radio]), textarea, select, [contenteditable], .own");
  return event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || isText;
}

/** Return whether the target scrolls with the arrow keys while it has the focus. */
function isScrolling(target) {
  return target.matches?.(".side, .side *, .task");
}
