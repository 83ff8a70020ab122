// Buttons that copy a field: <button data-copy="the field's id">.
const SAID = "Copied";

for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", () => copy(button, document.getElementById(button.dataset.copy)));
}

async function copy(button, field) {
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    // Without HTTPS or permission, pages have no clipboard; the older command needs neither.
    if (!document.execCommand("copy")) return;
  }
  say(button);
}

// Use a live region beside the button, because screen readers do not announce a button that changes its own label.
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
