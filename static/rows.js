// Add rows to a form, move and fold them, and keep legends and checkboxes in step with what is typed.
for (const button of document.querySelectorAll("[data-add]")) {
  button.addEventListener("click", () => addRow(button.dataset.add));
}
document.addEventListener("input", (event) => {
  if (event.target.name?.endsWith("-options")) followLines(event.target);
  followName(event.target);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-move]");
  if (button) move(button.closest(".row"), Number(button.dataset.move), button);
});

function addRow(name) {
  const total = document.getElementById(`id_${name}-TOTAL_FORMS`);
  const row = document.getElementById(`${name}-row`).content.firstElementChild.cloneNode(true);
  for (const element of row.querySelectorAll("*")) fillPlaceholders(element, total.value);
  const rows = document.querySelector(`[data-rows="${name}"]`);
  const next = row.querySelector("[data-next]");
  if (next) next.value = highest(rows) + 1;
  fold(rows);
  rows.append(row);
  total.value = Number(total.value) + 1;
  row.querySelector("select, textarea, input:not([data-next])").focus();
}

// Fold the rows above a new one, but for those with mistakes.
function fold(rows) {
  for (const row of rows.querySelectorAll(":scope > .row > details[open]")) row.open = Boolean(row.querySelector(".field-error"));
}

function fillPlaceholders(element, number) {
  for (const attribute of element.attributes) attribute.value = attribute.value.replaceAll("__prefix__", number);
}

function highest(rows) {
  return Math.max(0, ...Array.from(rows.querySelectorAll("[data-next]"), (input) => Number(input.value)));
}

// Let a row and its neighbour change places and numbers.
function move(row, step, button) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  const [mine, theirs] = [row, other].map((one) => one.querySelector("[data-next]"));
  [mine.value, theirs.value] = [theirs.value, mine.value];
  swapPlaces(row, other);
  if (step < 0) other.before(row);
  else other.after(row);
  mine.dispatchEvent(new Event("input", { bubbles: true }));
  button.focus();
}

// Names that are numbers stay with the place.
function swapPlaces(row, other) {
  const [names, others] = [row, other].map((one) => one.querySelectorAll("[data-place]"));
  names.forEach((name, at) => {
    [name.textContent, others[at].textContent] = [others[at].textContent, name.textContent];
  });
}

function followName(field) {
  const legend = field.closest(".row")?.querySelector("[data-legend]");
  if (legend && field.name?.endsWith(`-${legend.dataset.legend}`) && field.value.trim()) legend.textContent = field.value;
}

function followLines(text) {
  const ticks = text.closest(".row").querySelector("[data-ticks]");
  if (!ticks) return;
  const ticked = new Set(Array.from(ticks.querySelectorAll("input:checked"), (input) => input.value));
  const lines = new Set(text.value.split("\n").map((line) => line.trim()).filter(Boolean));
  ticks.replaceChildren(...Array.from(lines, (line) => makeTick(ticks.dataset.ticks, line, ticked.has(line))));
}

function makeTick(name, value, checked) {
  const label = document.createElement("label");
  const words = document.createElement("span");
  const input = Object.assign(document.createElement("input"), { type: "checkbox", name, value, checked });
  label.className = "choice";
  words.textContent = value;
  label.append(input, " ", words);
  return label;
}
