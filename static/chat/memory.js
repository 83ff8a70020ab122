// What a browser keeps of a dialogue beside the server: text that is not sent yet, and a message whose arrival is not certain.

const PREFIX = "chat:";

export class Memory {
  #key;
  #kept;

  /** A dialogue that begins ends the one before: what was kept of that one goes. */
  constructor(study, dialogue) {
    this.#key = `${PREFIX}${study}:${dialogue}`;
    forget(study, this.#key);
    this.#kept = read(this.#key);
  }

  get(name) {
    return this.#kept[name] ?? null;
  }

  /** Another tab keeps things under the same key: what it alone knows, such as a message on its way, stays. */
  set(entries) {
    Object.assign(this.#kept, entries);
    write(this.#key, { ...read(this.#key), ...entries });
  }
}

/** Forgets everything of a study's dialogues but that under `kept`: somebody who has left may share this browser. */
export function forget(study, kept = "") {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${PREFIX}${study}:`) && key !== kept) localStorage.removeItem(key);
    }
  } catch (error) {
    ignoreLockedStorage(error);
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch (error) {
    if (!(error instanceof SyntaxError)) ignoreLockedStorage(error);
    return {};
  }
}

function write(key, entries) {
  try {
    localStorage.setItem(key, JSON.stringify(entries));
  } catch (error) {
    ignoreLockedStorage(error);
  }
}

/** A browser may lend no storage (private windows, a full disk): then the page and the server remember. */
function ignoreLockedStorage(error) {
  if (!(error instanceof DOMException)) throw error;
}
