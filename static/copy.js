// Buttons that copy: <button data-copy="the field's id">, or <button data-copy> beside a <template> or <pre> with the text.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});

async function copy(button) {
  const field = document.getElementById(button.dataset.copy);
  field?.select();
  const text = field?.value ?? textBeside(button);
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without HTTPS or permission, pages have no clipboard; the older command needs neither.
    if (!(field ? document.execCommand("copy") : copySelected(text))) return;
  }
  say(button);
}

function textBeside(button) {
  const source = button.parentElement.querySelector(":scope > template, :scope > pre");
  return (source.content ?? source).textContent;
}

function copySelected(text) {
  const box = document.createElement("textarea");
  box.value = text;
  document.body.append(box);
  box.select();
  const isCopied = document.execCommand("copy");
  box.remove();
  return isCopied;
}

// Use a live region beside the button, because screen readers do not announce a button that changes its own label.
function say(button) {
  const words = button.dataset.said ?? "Copied";
  const status = button.nextElementSibling?.matches("[data-copied]") ? button.nextElementSibling : addStatus(button);
  status.textContent = "";
  requestAnimationFrame(() => { status.textContent = words; });
}

function addStatus(button) {
  const status = document.createElement("span");
  status.className = "help";
  status.dataset.copied = "";
  status.setAttribute("role", "status");
  button.after(status);
  return status;
}
