// What the page and the server tell each other. Drafts follow one another; an answer is sent until the server has spoken.

const PATIENCE = 15000; // milliseconds for an answer
const FIRST_DELAY = 1000;
const LONGEST_DELAY = 15000;

export class Server {
  #addresses;
  #token;
  #under = Promise.resolve();
  #hurry = () => {};

  /** `addresses` has draft, submit and state; `token` lets the browser post. */
  constructor(addresses, token) {
    this.#addresses = addresses;
    this.#token = token;
    addEventListener("online", () => this.hurry());
  }

  /** Keeps a draft; null when the server could not be reached. `make` is asked for it when its turn comes. */
  draft(make, { isLast = false } = {}) {
    const send = () => this.#ask(this.#addresses.draft, make(), { keepalive: isLast });
    if (isLast) return send();
    const draft = this.#under.then(send);
    this.#under = draft.catch(() => null); // whoever asked for it hears of what went wrong
    return draft;
  }

  /** The server's word about an answer, however long that takes; `waiting(seconds)` is told of each try that failed. */
  async submit(body, waiting) {
    await this.#under;
    for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
      const told = await this.#ask(this.#addresses.submit, body);
      if (told) return told;
      waiting(delay / 1000);
      await this.#pause(delay);
    }
  }

  /** Tries again at once. */
  hurry() {
    this.#hurry();
  }

  /** What has become of the pair; null when the server could not be reached. */
  state() {
    return this.#ask(this.#addresses.state);
  }

  #pause(delay) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      this.#hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #ask(address, body = null, options = {}) {
    const signal = options.keepalive ? null : AbortSignal.timeout(PATIENCE);
    const posted = body && { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json", "X-CSRFToken": this.#token } };
    try {
      return await read(await fetch(address, { ...posted, ...options, signal, redirect: "manual" }));
    } catch (error) {
      // What browsers call a network that fails, an answer that was cut off, and a server that takes too long.
      const isLost = error instanceof TypeError || error instanceof SyntaxError || ["TimeoutError", "AbortError"].includes(error.name);
      if (isLost) return null;
      throw error;
    }
  }
}

/** A server in trouble has not spoken. One that leads elsewhere, or shows a page, does not know this page any more. */
async function read(response) {
  if (response.status >= 500 || response.status === 429) return null;
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return isJson ? { ok: response.ok, ...(await response.json()) } : { ok: false, reason: "elsewhere" };
}
