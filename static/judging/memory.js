// A copy of the answer and times in this tab, so that a reload loses nothing.

const PREFIX = "judging:";

export class Memory {
  #key;
  #kept;

  /** Forget other pairs. */
  constructor(token) {
    this.#key = PREFIX + token;
    this.#kept = guarded(() => recall(this.#key)) ?? {};
  }

  get(name) {
    return this.#kept[name] ?? null;
  }

  set(entries) {
    Object.assign(this.#kept, entries);
    guarded(() => sessionStorage.setItem(this.#key, JSON.stringify(this.#kept)));
  }

  forget() {
    guarded(() => sessionStorage.removeItem(this.#key));
  }
}

function recall(kept) {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(PREFIX) && key !== kept) sessionStorage.removeItem(key);
  }
  return JSON.parse(sessionStorage.getItem(kept));
}

/** Return null without storage or with a broken copy; the server has the answer, too. */
function guarded(use) {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
    return null;
  }
}
