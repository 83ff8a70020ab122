// Show the fields that each question's kind has, sum up each question, and offer the keys of all where one depends on another.
const keys = document.getElementById("question-keys");

function showKinds(row) {
  const kind = row.querySelector("select[name$=-kind]").value;
  for (const part of row.querySelectorAll("[data-kinds]")) part.hidden = !part.dataset.kinds.split(" ").includes(kind);
  const summary = row.querySelector("[data-summary]");
  if (summary) summary.textContent = ["kind", "placement"].map((name) => chosen(row, name)).join(", ");
}

function chosen(row, name) {
  return row.querySelector(`select[name$=-${name}]`).selectedOptions[0].textContent;
}

function offerKeys() {
  const typed = Array.from(document.querySelectorAll("[data-question] input[name$=-key]"), (input) => input.value.trim());
  keys.replaceChildren(...typed.filter(Boolean).map((value) => Object.assign(document.createElement("option"), { value })));
}

function showAll() {
  document.querySelectorAll("[data-question]").forEach(showKinds);
  offerKeys();
}

document.addEventListener("change", showAll);
document.querySelector("[data-add=questions]").addEventListener("click", () => setTimeout(showAll));
showAll();
