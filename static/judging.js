// The judging page: what somebody answers goes to the server as they give it, and the next pair comes when that has taken it.

import { Answer } from "./judging/answer.js";
import { listen as listenToBubbles, mark, reveal } from "./judging/bubbles.js";
import { Clocks, furthest } from "./judging/clocks.js";
import { listen as listenToKeys } from "./judging/keys.js";
import { Memory } from "./judging/memory.js";
import { Server } from "./judging/server.js";
import { Sides } from "./judging/sides.js";

const PAUSE = 400; // milliseconds after a change before it goes to the server
const REST = 5000; // before a draft that did not arrive is sent again
const EXPIRED = "This page has expired. Please load it again: what you chose is kept in this tab.";

const byId = (id) => document.getElementById(id);
const page = byId("judging");
const form = byId("answer");
const { token, standing: told, draft: draftAddress, state: stateAddress } = page.dataset;
const standing = JSON.parse(told);
const memory = new Memory(token);
const addresses = { draft: draftAddress, submit: form.action, state: stateAddress };
const server = new Server(addresses, form.elements.csrfmiddlewaretoken.value);
const clocks = new Clocks(furthest(memory.get("clocks"), standing.clocks));
const sides = new Sides(page, memory.get("seen") ?? { first: standing.clocks?.scrolled_first, second: standing.clocks?.scrolled_second });
const answer = new Answer(form, sides.turns, { change: changed, hint: say });
let known = standing.number; // how long the trail is, as far as this page knows
let isDirty = memory.get("isDirty") ?? false;
let isSending = false;
let isOver = false;
let timer = 0;

function changed(name) {
  if (name === "choice") clocks.decide();
  show();
  hush();
  keep({ isDirty: true });
  tellSoon(PAUSE);
}

function show() {
  mark(page, answer.value, answer.sides);
  const { utterance_number: number, utterance_bubble: bubble } = answer.value;
  byId("picked").textContent = number && bubble ? (bubble === "prompt" ? "the prompt" : "the response") : "";
}

function step(by) {
  answer.step(by);
  if (answer.sides.length === 1) sides.show(answer.sides[0]);
  reveal(page);
}

function keep(changes = {}) {
  isDirty = changes.isDirty ?? isDirty;
  memory.set({ answer: answer.value, clocks: clocks.state, seen: sides.seen, isDirty });
}

function body() {
  const { first, second } = sides.seen;
  return { answer: answer.value, clocks: { ...clocks.report(), scrolled_first: first ?? null, scrolled_second: second ?? null } };
}

function tellSoon(delay) {
  clearTimeout(timer);
  timer = setTimeout(tell, delay);
}

async function tell() {
  if (isSending || isOver) return;
  let sent = "";
  const result = await server.draft(() => {
    const draft = body();
    sent = JSON.stringify(draft.answer);
    return draft;
  });
  if (result === null) tellSoon(REST);
  else if (!result.ok) refused(result);
  else {
    known = result.number;
    if (sent === JSON.stringify(answer.value)) keep({ isDirty: false });
  }
}

async function submit() {
  if (isOver) return;
  if (isSending) {
    server.hurry();
    return;
  }
  const missing = answer.demand();
  if (missing) {
    say(missing, { isError: true });
    return;
  }
  clearTimeout(timer);
  send(true);
  const whole = { ...body(), key: form.elements.key.value };
  settle(await server.submit(whole, (seconds) => say(`No connection: your answer has not arrived yet. It is sent again in ${seconds} s, or at once if you press the button.`)));
}

function settle(result) {
  if (result.ok) {
    isOver = true;
    memory.forget();
    location.replace(result.next);
    return;
  }
  send(false);
  refused(result);
}

/** While an answer is on its way, it stays as it is. */
function send(isBusy) {
  isSending = isBusy;
  form.elements.send.setAttribute("aria-busy", String(isBusy));
  for (const question of form.querySelectorAll("fieldset, select")) question.inert = isBusy;
  if (isBusy) hush();
}

function refused({ reason, message, next }) {
  if (reason === "elsewhere") {
    say(EXPIRED, { isError: true, next: location.href });
    return;
  }
  isOver = Boolean(next);
  if (isOver) memory.forget();
  say(message, { isError: true, next });
}

/** Another tab or device may have gone on with this pair, or be done with it. */
async function look() {
  if (document.hidden || isSending || isOver) return;
  const now = await server.state();
  if (!now || isSending || isOver) return;
  if (!now.ok) refused(now);
  else if (now.submitted !== standing.submitted) {
    isOver = true;
    memory.forget();
    location.replace(now.next);
  } else if (now.number > known && !isDirty) {
    known = now.number;
    answer.value = now.answer;
    clocks.adopt(furthest(clocks.state, now.clocks));
    show();
    keep();
  }
}

function say(words, { isError = false, next = "" } = {}) {
  const [text, link] = byId("hint").children;
  byId("hint").hidden = false;
  byId("hint").classList.toggle("error", isError);
  text.textContent = words;
  link.hidden = !next;
  if (next) {
    link.href = next;
    link.focus();
  }
}

function hush() {
  if (!isOver) byId("hint").hidden = true;
}

function leave() {
  if (isOver || isSending) return;
  keep();
  server.draft(body, { isLast: true }).then((result) => {
    if (result?.ok) known = result.number;
  });
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
listenToBubbles(page, (...bubble) => isSending || isOver || answer.pick(...bubble));
listenToKeys({
  give: (...given) => isSending || isOver || answer.give(...given),
  step: (by) => isSending || isOver || step(by),
  submit,
});
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : look()));
addEventListener("focus", look);
addEventListener("pagehide", () => isOver || keep());
addEventListener("pageshow", (event) => event.persisted && location.reload());

if (isDirty && memory.get("answer")) answer.value = memory.get("answer");
show();
keep();
if (isDirty || standing.clocks === null) tell();
