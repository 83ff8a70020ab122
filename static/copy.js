// Buttons that copy a field: <button data-copy="id of the field">.
const SAID = "Copied";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button, document.getElementById(button.dataset.copy)));
}

async function copy(button, field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without HTTPS, or where the browser asks and is told no, there is no clipboard for pages: the old way needs no permission.
    if (!document.execCommand("copy")) return;
  }
  say(button);
}

// The word appears in a live region beside the button: a button that changes its own label is not announced.
function say(button) {
  const status = button.nextElementSibling?.matches("[data-copied]") ? button.nextElementSibling : addStatus(button);
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = SAID; });
}

function addStatus(button) {
  const status = document.createElement("span");
  status.className = "help";
  status.dataset.copied = "";
  status.setAttribute("role", "status");
  button.after(status);
  return status;
}
