// Show a question only while the answer it depends on is chosen. The server checks the conditions again, and leaves out questions
// that depend on an earlier page.
function chosen(question) {
  if (question.hidden) return [];
  const fields = question.querySelectorAll("select, input:checked");
  return Array.from(fields, (field) => field.value).filter(Boolean);
}

function showAll() {
  for (const question of document.querySelectorAll("[data-shown-if]")) {
    const [other, answers] = [document.getElementById(`question-${question.dataset.shownIf}`), JSON.parse(question.dataset.answers)];
    if (other) question.hidden = !chosen(other).some((answer) => answers.includes(answer));
  }
}

for (const event of ["change", "htmx:afterSettle"]) document.addEventListener(event, showAll);
showAll();
