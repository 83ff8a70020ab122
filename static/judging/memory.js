// What this tab keeps of the pair beside the server, so that a reload loses neither an answer nor a second.

const PREFIX = "judging:";

export class Memory {
  #key;
  #kept;

  /** What was kept of other pairs goes. */
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

/** A browser may lend no storage, or give back what is broken: then the server remembers. */
function guarded(use) {
  try {
    return use();
  } catch (error) {
    if (!(error instanceof DOMException || error instanceof SyntaxError)) throw error;
    return null;
  }
}
