// Show a question only while the answer it depends on is chosen. The server checks the conditions again.
function chosen(key) {
  const question = document.getElementById(`question-${key}`);
  if (!question || question.hidden) return [];
  const fields = question.querySelectorAll("select, input:checked");
  return Array.from(fields, (field) => field.value).filter(Boolean);
}

function showAll() {
  for (const question of document.querySelectorAll("[data-shown-if]")) {
    const answers = JSON.parse(question.dataset.answers);
    question.hidden = !chosen(question.dataset.shownIf).some((answer) => answers.includes(answer));
  }
}

for (const event of ["change", "htmx:afterSettle"]) document.addEventListener(event, showAll);
showAll();
