// Requests to the server. Drafts are sent one after the other; an answer is sent until the server responds.

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

  /** Send a draft, made by `make` when it is sent. Return null if the server cannot be reached. */
  draft(make, { isLast = false } = {}) {
    const send = () => this.#ask(this.#addresses.draft, make(), { keepalive: isLast });
    if (isLast) return send();
    const draft = this.#under.then(send);
    this.#under = draft.catch(() => null); // the caller handles its error
    return draft;
  }

  /** Send an answer until the server responds. Call `waiting(seconds)` after each failed attempt. */
  async submit(body, waiting) {
    await this.#under;
    for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
      const response = await this.#ask(this.#addresses.submit, body);
      if (response) return response;
      waiting(delay / 1000);
      await this.#pause(delay);
    }
  }

  /** Try again immediately. */
  hurry() {
    this.#hurry();
  }

  /** Return the saved answer; null if the server cannot be reached. */
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
      // Browsers' errors for a failed network, a truncated response and a time-out.
      const isLost = error instanceof TypeError || error instanceof SyntaxError || ["TimeoutError", "AbortError"].includes(error.name);
      if (isLost) return null;
      throw error;
    }
  }
}

/** Return null if the server is in trouble. A redirect or a page means that this page is no longer valid. */
async function read(response) {
  if (response.status >= 500 || response.status === 429) return null;
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
  return isJson ? { ok: response.ok, ...(await response.json()) } : { ok: false, reason: "elsewhere" };
}
