// The page's words, which the server puts into the page in the language of the study, and numbers as this language writes them.

export const language = document.documentElement.lang;
export const words = JSON.parse(document.getElementById("words").textContent);

/** Return the sentence with its names in braces replaced by these values. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export function write(number) {
  return number.toLocaleString(language);
}
