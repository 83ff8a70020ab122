// The judging page: sends every change to the server as a draft, and opens the next pair once an answer is stored.

import { Answer } from "./judging/answer.js";
import { listen as listenToBubbles, mark, reveal } from "./judging/bubbles.js";
import { Clocks, furthest } from "./judging/clocks.js";
import { listen as listenToKeys } from "./judging/keys.js";
import { Memory } from "./judging/memory.js";
import { Ratings } from "./judging/ratings.js";
import { expandable, Questions } from "./judging/room.js";
import { Server } from "./judging/server.js";
import { Sides } from "./judging/visible_sides.js";
import { fill, words } from "./words.js";

const PAUSE = 400; // milliseconds between a change and its draft
const REST = 5000; // milliseconds until a lost draft is sent again

const byId = (id) => document.getElementById(id);
const page = byId("judging");
const form = byId("answer");
const { token, saved: savedJson, draft: draftAddress, state: stateAddress } = page.dataset;
const saved = JSON.parse(savedJson);
const memory = new Memory(token);
const addresses = { draft: draftAddress, submit: form.action, state: stateAddress };
const server = new Server(addresses, form.elements.csrfmiddlewaretoken.value);
const clocks = new Clocks(furthest(memory.get("clocks"), saved.clocks));
const sides = new Sides(page, memory.get("seen") ?? { first: saved.clocks?.scrolled_first, second: saved.clocks?.scrolled_second });
const listener = { change: changed, hint: say };
const answer = page.dataset.kind === "answers" ? new Ratings(form, listener) : new Answer(form, sides.turns, listener);
const questions = new Questions(form, byId("fold"));
let known = saved.number; // the number of revisions that this page knows
let isDirty = memory.get("isDirty") ?? false;
let isSending = false;
let isOver = false;
let timer = 0;

function changed(name) {
  if (answer.isDecision(name)) clocks.decide();
  show();
  hush();
  keep({ isDirty: true });
  sendDraftSoon(PAUSE);
}

function show() {
  questions.follow(Boolean(form.querySelector("input:checked") || form.elements.utterance_number?.value));
  mark(page, answer.value, answer.sides);
  const { utterance_number: number, utterance_bubble: bubble } = answer.value;
  if (byId("picked")) byId("picked").textContent = number && bubble ? (bubble === "prompt" ? words.prompt : words.response) : "";
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

function sendDraftSoon(delay) {
  clearTimeout(timer);
  timer = setTimeout(sendDraft, delay);
}

async function sendDraft() {
  if (isSending || isOver) return;
  let sent = "";
  const result = await server.draft(() => {
    const draft = body();
    sent = JSON.stringify(draft.answer);
    return draft;
  });
  if (result === null) sendDraftSoon(REST);
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
    questions.unfold();
    say(missing, { isError: true });
    return;
  }
  clearTimeout(timer);
  send(true);
  const whole = { ...body(), key: form.elements.key.value };
  settle(await server.submit(whole, (seconds) => say(fill(words.no_connection, { seconds }))));
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
  if (isDirty && !isOver && result.reason !== "elsewhere") sendDraftSoon(PAUSE); // while an answer is being sent, no draft is
}

/** Lock the answer while it is being sent. */
function send(isBusy) {
  isSending = isBusy;
  form.elements.send.setAttribute("aria-busy", String(isBusy));
  for (const question of form.querySelectorAll("fieldset, select, .own")) question.inert = isBusy;
  if (isBusy) hush();
}

function refused({ reason, message, next }) {
  questions.unfold();
  if (reason === "elsewhere") {
    say(words.expired, { isError: true, next: location.href });
    return;
  }
  isOver = Boolean(next);
  if (isOver) memory.forget();
  say(message, { isError: true, next });
}

/** Adopt what another tab or device has done with this pair. */
async function look() {
  if (document.hidden || isSending || isOver) return;
  const now = await server.state();
  if (!now || isSending || isOver) return;
  if (!now.ok) refused(now);
  else if (now.submitted !== saved.submitted) {
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

function say(sentence, { isError = false, next = "" } = {}) {
  const [text, link] = byId("hint").children;
  byId("hint").hidden = false;
  byId("hint").classList.toggle("error", isError);
  text.textContent = sentence;
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
listenToKeys(form, {
  give: (...given) => isSending || isOver || answer.give(...given),
  step: (by) => isSending || isOver || step(by),
  submit,
});
if (byId("task")) expandable(byId("task"), byId("expand"));
document.addEventListener("visibilitychange", () => (document.hidden ? leave() : look()));
addEventListener("focus", look);
addEventListener("pagehide", () => isOver || keep());
addEventListener("pageshow", (event) => event.persisted && location.reload());

if (isDirty && memory.get("answer")) answer.value = memory.get("answer");
show();
keep();
if (isDirty || saved.clocks === null) sendDraft();
