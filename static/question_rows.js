// Show the fields that each question's kind has, sum up each question, name new ones, and offer questions and answers to depend on.
const WITHHELD = "Prefer not to say";
const SCALE = { low: 1, high: 5 };

function field(row, name) {
  return row.querySelector(`[name$="-${name}"]`);
}

function chosen(row, name) {
  return field(row, name).selectedOptions[0].textContent;
}

function lines(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}

// Questions on which the rows can depend, too.
const before = JSON.parse(document.getElementById("asked-before")?.textContent ?? "[]");

function rows() {
  return Array.from(document.querySelectorAll("[data-question]"));
}

function showKinds(row) {
  const kind = field(row, "kind").value;
  for (const part of row.querySelectorAll("[data-kinds]")) part.hidden = !part.dataset.kinds.split(" ").includes(kind);
  const summary = row.querySelector("[data-summary]");
  if (summary) summary.textContent = ["kind", "placement"].map((name) => chosen(row, name)).join(", ");
}

// A key that nobody typed follows from the question, or is "question" for one without Latin letters.
function nameNew(row) {
  const [key, label] = [field(row, "key"), field(row, "label").value.trim()];
  if (key.value.trim() || !label) return;
  const latin = label.replaceAll("ß", "ss").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const plain = latin.replace(/[^a-z0-9]+/g, "_").replace(/^[_0-9]+/, "").slice(0, 36).replace(/_+$/, "") || "question";
  const taken = new Set(rows().map((one) => field(one, "key").value));
  let number = 2;
  key.value = plain;
  while (taken.has(key.value)) key.value = `${plain}_${number++}`;
}

function fillScale(select) {
  if (select.value !== "scale") return;
  const ends = Object.keys(SCALE).map((name) => field(select.closest("[data-question]"), name));
  if (ends.every((end) => !end.value)) ends.forEach((end, at) => { end.value = Object.values(SCALE)[at]; });
}

function points(row) {
  const [low, high] = ["low", "high"].map((name) => field(row, name).value);
  if (!low || !high) return [];
  const count = Math.max(0, Math.min(high - low, 100) + 1);
  return Array.from({ length: count }, (_, at) => String(Number(low) + at));
}

function answersTo(row) {
  const kind = field(row, "kind").value;
  const options = ["single", "multiple"].includes(kind) ? lines(field(row, "options").value) : [];
  const listed = kind === "scale" ? points(row) : options;
  return listed.length && field(row, "may_be_withheld")?.checked ? [...new Set([...listed, WITHHELD])] : listed;
}

function asked(row) {
  return { key: field(row, "key").value.trim(), label: field(row, "label").value, answers: answersTo(row) };
}

// Offer the other questions that have listed answers, by their labels.
function offerQuestions(row) {
  const select = field(row, "depends_on");
  const others = [...before, ...rows().filter((one) => one !== row).map(asked)].filter(({ key, answers }) => key && answers.length);
  const offered = others.map(({ label, key }) => [label, key]);
  const current = select.value;
  if (current && !offered.some(([, key]) => key === current)) offered.push([current, current]);
  select.replaceChildren(select.options[0], ...offered.map(([label, key]) => new Option(label, key, false, key === current)));
  offerAnswers(row, others.find(({ key }) => key === current));
}

// The boxes write the lines that the form sends.
function offerAnswers(row, other) {
  const [text, boxes] = [field(row, "depends_answers"), row.querySelector("[data-answers]")];
  const given = new Set(lines(text.value));
  boxes.hidden = !other;
  row.querySelector("[data-lines]").hidden = Boolean(other) || !text.value;
  const answers = other?.answers ?? [];
  if (answers.join("\n") === boxes.dataset.answers) return; // boxes that are replaced while they are pressed miss the click
  boxes.dataset.answers = answers.join("\n");
  boxes.querySelector("div").replaceChildren(...answers.map((answer) => makeBox(answer, other.words?.[answer] ?? answer, given.has(answer))));
}

function makeBox(value, shown, checked) {
  const [label, words] = [document.createElement("label"), document.createElement("span")];
  label.className = "choice";
  words.textContent = shown;
  label.append(Object.assign(document.createElement("input"), { type: "checkbox", value, checked }), " ", words);
  return label;
}

function forgetAnswers(row) {
  field(row, "depends_answers").value = "";
  row.querySelector("[data-answers]").dataset.answers = "";
}

function writeAnswers(boxes) {
  const ticked = Array.from(boxes.querySelectorAll("input:checked"), (input) => input.value);
  field(boxes.closest("[data-question]"), "depends_answers").value = ticked.join("\n");
}

function showAll() {
  rows().forEach(nameNew);
  rows().forEach(showKinds);
  rows().forEach(offerQuestions);
}

document.addEventListener("change", (event) => {
  const boxes = event.target.closest("[data-answers]");
  if (boxes) return writeAnswers(boxes);
  if (event.target.name?.endsWith("-kind")) fillScale(event.target);
  if (event.target.name?.endsWith("-depends_on")) forgetAnswers(event.target.closest("[data-question]"));
  showAll();
});
document.querySelector("[data-add=questions]").addEventListener("click", () => setTimeout(showAll));
showAll();
