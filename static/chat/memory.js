// A dialogue's data in this browser, in addition to the server's: unsent text, and a message that may not have arrived.

const PREFIX = "chat:";

export class Memory {
  #key;
  #kept;

  /** A new dialogue ends the previous one, so delete the data of that one. */
  constructor(study, dialogue) {
    this.#key = `${PREFIX}${study}:${dialogue}`;
    forget(study, this.#key);
    this.#kept = read(this.#key);
  }

  get(name) {
    return this.#kept[name] ?? null;
  }

  /** Another tab may use the same key, so keep entries that only it has set, such as a message being sent. */
  set(entries) {
    Object.assign(this.#kept, entries);
    write(this.#key, { ...read(this.#key), ...entries });
  }
}

/** Delete all data of a study's dialogues except that under `kept`, because other people may use this browser. */
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

/** A browser may refuse storage (private windows, a full disk); the page and the server still have the text. */
function ignoreLockedStorage(error) {
  if (!(error instanceof DOMException)) throw error;
}
