// The socket of a dialogue: it reconnects automatically and reports whether it is connected.

const FIRST_DELAY = 1000;
const LONGEST_DELAY = 15000;
const PATIENCE = 10000; // milliseconds to wait for an answer before the connection counts as lost
const QUIET = 60000; // milliseconds of silence before the server is asked for a snapshot
const DOUBT = 3; // failed attempts in a row before the page checks whether it is still allowed

export class Connection {
  #address;
  #listener;
  #socket = null;
  #isUp = false;
  #delay = FIRST_DELAY;
  #failures = 0;
  #retry = 0;
  #heardAt = 0;
  #waitingSince = 0;
  #isOver = false;

  /** `listener` has frame(frame), up(), down() and doubt(), which is called after failures that may be refusals. */
  constructor(address, listener) {
    this.#address = address;
    this.#listener = listener;
    addEventListener("online", () => this.#hurry());
    addEventListener("offline", () => this.#drop());
    document.addEventListener("visibilitychange", () => !document.hidden && this.#hurry());
    setInterval(() => this.#watch(), 2000);
  }

  get isUp() {
    return this.#isUp;
  }

  open() {
    clearTimeout(this.#retry);
    if (this.#isOver) return;
    const socket = new WebSocket(this.#address);
    this.#socket = socket;
    this.#waitingSince = Date.now();
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", () => socket === this.#socket && this.#drop());
  }

  /** Close permanently. */
  close() {
    this.#isOver = true;
    const socket = this.#socket;
    this.#socket = null;
    this.#isUp = false;
    socket?.close();
  }

  /** Return whether the frame was sent. If it `isAnswered` and no answer arrives in time, the connection counts as lost. */
  send(frame, { isAnswered = false } = {}) {
    if (!this.#isUp) return false;
    this.#socket.send(JSON.stringify(frame));
    if (isAnswered) this.#waitingSince ||= Date.now();
    return true;
  }

  #hear(frame) {
    this.#heardAt = Date.now();
    this.#waitingSince = 0;
    this.#failures = 0;
    this.#delay = FIRST_DELAY;
    if (!this.#isUp) {
      this.#isUp = true;
      this.#listener.up();
    }
    this.#listener.frame(frame);
  }

  #drop() {
    const socket = this.#socket;
    if (!socket) return;
    if (!this.#isUp) this.#failures += 1;
    this.#socket = null;
    this.#isUp = false;
    this.#waitingSince = 0;
    socket.close();
    this.#listener.down();
    if (this.#failures && this.#failures % DOUBT === 0) this.#listener.doubt();
    // Pages that lost the same server must not all reconnect at the same instant.
    this.#retry = setTimeout(() => this.open(), this.#delay * (0.8 + 0.4 * Math.random()));
    this.#delay = Math.min(2 * this.#delay, LONGEST_DELAY);
  }

  #hurry() {
    if (this.#isUp) this.send({ type: "resume" }, { isAnswered: true });
    else if (!this.#socket) this.open();
  }

  #watch() {
    const now = Date.now();
    if (this.#waitingSince && now - this.#waitingSince > PATIENCE) this.#drop();
    else if (this.#isUp && !document.hidden && now - this.#heardAt > QUIET) this.#hurry();
  }
}
