// Ask before a page is left whose form has changes that are not saved.
const form = document.querySelector("[data-guarded]");
let isChanged = "changed" in form.dataset;

form.addEventListener("input", () => { isChanged = true; });
form.addEventListener("submit", () => { isChanged = false; });
document.querySelector("[data-discard]").addEventListener("click", () => { isChanged = false; });
addEventListener("beforeunload", (event) => { if (isChanged) event.preventDefault(); });
