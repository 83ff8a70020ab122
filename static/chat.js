// The chat page: send the person's actions to the server and show its updates. The server holds the state; a page that has missed
// something asks for a snapshot.

import { Composer } from "./chat/composer.js";
import { Connection } from "./chat/connection.js";
import { Goal } from "./chat/goal.js";
import { Log, finish } from "./chat/log.js";
import { Memory } from "./chat/memory.js";
import { Reply } from "./chat/reply.js";
import { Scrolling } from "./chat/scrolling.js";
import { words } from "./words.js";

const PATIENCE = 1000; // milliseconds without a connection before the page shows a warning
const REST = 5000; // milliseconds before a turn that could not be fetched is requested again
const UNDER_WAY = ["queued", "streaming", "thinking", "saving"];
const ANNOUNCED = ["streaming", "thinking", "saving"];

const byId = (id) => document.getElementById(id);
const talk = byId("talk");
const { study, dialogue, socket } = talk.dataset;
const memory = new Memory(study, dialogue);
let outgoing = memory.get("outgoing"); // a message that may not have reached the server: {key, text, typing}
let reply = null;
let refusedMessage = null; // may have been stored if only the answer was lost, so it keeps its key when sent again
let silence = 0;
let asked = 0;
let heard; // the last announced state

const log = new Log(byId("log"), { missed: () => setTimeout(resume, REST), lost: doubt });
const scrolling = new Scrolling(byId("newest"), byId("bar"), byId("jump"));
const composer = new Composer(byId("composer"), memory, { say, stop, draft: (text) => connection.send({ type: "draft", text }) });
const goal = new Goal({ unsent: () => composer.text, announce });
const address = new URL(socket, location.href).href.replace(/^http/, "ws");
const connection = new Connection(address, { frame: receive, up: connected, down: disconnected, doubt });

const RECEIVE = { snapshot, turn, queued, piece, thinking, saving, done, refused, draft: (frame) => composer.receive(frame.text), kept: () => composer.kept(), moved };

function receive(frame) {
  const handle = RECEIVE[frame.type];
  if (handle) handle(frame);
  else console.warn("The server sent an unknown frame type:", frame.type);
}

function say(text, typing) {
  keep({ key: refusedMessage?.text === text ? refusedMessage.key : newKey(), text, typing });
  refusedMessage = null;
  log.expect(outgoing.key, text);
  goal.makeRoom();
  scrolling.pin();
  deliver();
}

/** Repeat with the same key until it arrives: the server stores the message once. */
function deliver() {
  if (!outgoing) return;
  const isGone = connection.send({ type: "say", ...outgoing }, { isAnswered: true });
  log.note(isGone ? words.sending : words.not_sent_yet);
}

function keep(message) {
  outgoing = message;
  memory.set({ outgoing });
  composer.show({ isSending: outgoing !== null });
}

function stop() {
  ask({ type: "stop" });
}

function retry(button) {
  button.disabled = ask({ type: "retry" });
}

function ask(frame) {
  const isGone = connection.send(frame, { isAnswered: true });
  if (!isGone) composer.show({ hint: words.no_connection });
  return isGone;
}

/** Ask at most twice a second: another process may hold text that reaches the database a moment later. */
function resume() {
  clearTimeout(asked);
  asked = setTimeout(() => connection.send({ type: "resume" }, { isAnswered: true }), 500);
}

function snapshot(frame) {
  if (frame.ended) {
    moved();
    return;
  }
  const { generation } = frame;
  const known = generation && UNDER_WAY.includes(generation.state) ? new Reply(generation) : null;
  run(known && reply?.holds(known) ? reply : known);
  showUpTo(frame.turns);
  allow(frame);
  composer.receive(frame.draft);
  deliver();
}

/** Fetch turns that are missing or may have changed: the next message replaces one without a reply. */
function showUpTo(count) {
  for (let position = 0; position < count; position += 1) {
    if (!log.isSettled(position)) log.show(position);
  }
}

function turn(frame) {
  const isNew = frame.position >= log.length && !reply;
  if (outgoing?.key === frame.key) keep(null);
  else composer.clear();
  if (isNew) run(new Reply(frame));
  showUpTo(frame.position + 1);
}

function queued(frame) {
  const isWaiting = reply?.position === frame.position && reply.state === "queued";
  run(isWaiting ? Object.assign(reply, { place: frame.place }) : new Reply(frame));
}

function piece(frame) {
  const isHere = reply?.position === frame.position && reply.attempt === frame.attempt;
  const next = isHere || frame.offset > 0 ? reply : new Reply({ ...frame, text: "" });
  if ((isHere || frame.offset === 0) && next.add(frame)) run(next);
  else resume();
}

function thinking(frame) {
  if (reply?.position !== frame.position || reply.attempt !== frame.attempt) {
    resume();
    return;
  }
  reply.think(frame.length);
  run(reply);
}

/** The chatbot has finished, but the database is unavailable. The server keeps the reply until it can store it. */
function saving(frame) {
  if (reply?.position === frame.position && reply.attempt === frame.attempt) run(Object.assign(reply, { state: "saving" }));
  else resume();
}

function done(frame) {
  run(null);
  allow(frame);
  if (frame.may_write) composer.allow();
  announce(frame.message || words[frame.state]);
  log.show(frame.position);
}

/** Nothing was stored: put the text back into the box and show the reason. */
function refused(frame) {
  if (outgoing && frame.key === outgoing.key) {
    const { text } = outgoing;
    refusedMessage = outgoing;
    keep(null);
    log.forget();
    composer.restore(text);
  }
  if (!frame.key) composer.lose();
  composer.show({ hint: frame.message });
  announce(frame.message);
  for (const button of document.querySelectorAll("[data-retry]")) button.disabled = false;
}

/** The dialogue is over. Do not leave the page while it holds unsent text. */
function moved() {
  connection.close();
  if (outgoing) composer.restore(outgoing.text);
  keep(null);
  if (!composer.text.trim()) {
    location.reload();
    return;
  }
  log.forget();
  byId("over").hidden = false;
  composer.show({ mayWrite: false, isRunning: false, hint: "" });
  byId("over").querySelector("a").focus();
}

function run(next) {
  if (next && !reply) begin();
  reply = next;
  if (reply?.state !== heard && ANNOUNCED.includes(reply?.state)) announce(reply.note);
  heard = reply?.state;
  log.write(reply);
  composer.show({ isRunning: reply !== null, isSaving: reply?.state === "saving" });
}

function begin() {
  composer.show({ hint: "" });
  goal.allow({ allowed: false, why_not: words.wait_for_reply });
}

function allow({ may_write: mayWrite, why_not: hint, next }) {
  composer.show({ mayWrite, hint: mayWrite || reply ? "" : hint });
  if (next) goal.allow(next);
}

function connected() {
  clearTimeout(silence);
  byId("silence").hidden = true;
}

function disconnected() {
  clearTimeout(silence);
  silence = setTimeout(() => { byId("silence").hidden = false; }, navigator.onLine ? PATIENCE : 0);
  log.note(words.not_sent_yet);
  composer.lose();
}

/** A socket does not say why it was refused. Fetch the page to find out whether it still shows this dialogue. */
async function doubt() {
  try {
    const answer = await fetch(location.href, { redirect: "manual" });
    const isHere = answer.ok && (await answer.text()).includes(`data-dialogue="${dialogue}"`);
    if (!isHere && answer.status < 500) location.reload();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error; // no network: the connection keeps trying
  }
}

/** Let screen readers say this once; never pass the text of a reply. */
function announce(sentence) {
  byId("announcement").textContent = sentence;
}

/** crypto.randomUUID would not work on plain HTTP. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

byId("log").addEventListener("click", (event) => event.target.matches("[data-retry]") && retry(event.target));
byId("log").addEventListener("shown", (event) => event.detail.key === outgoing?.key && keep(null));
finish(talk);
if (outgoing) log.expect(outgoing.key, outgoing.text);
if (log.length || outgoing) {
  goal.makeRoom();
  scrolling.pin();
}
composer.show({ isSending: outgoing !== null });
addEventListener("pageshow", (event) => event.persisted && location.reload());
connection.open();
