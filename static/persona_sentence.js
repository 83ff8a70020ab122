// Insert answers to the persona form into the persona sentence, each in the braces that it needs.
const sentence = document.getElementById("id_persona_template");
const list = document.querySelector("[data-insert]");

function value(row, name) {
  return row.querySelector(`[name$="-${name}"]`).value.trim();
}

function makeButton(row) {
  const slot = `[${value(row, "key")}]`;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: slot });
  button.title = value(row, "label");
  button.addEventListener("click", () => {
    sentence.setRangeText(`{ ${slot}}`, sentence.selectionStart, sentence.selectionEnd, "end");
    sentence.dispatchEvent(new Event("input", { bubbles: true }));
    sentence.focus();
  });
  return button;
}

function offer() {
  const rows = Array.from(document.querySelectorAll("[data-question]"));
  const asked = rows.filter((row) => value(row, "key") && value(row, "placement") === "persona_form");
  const keys = asked.map((row) => value(row, "key")).join();
  list.hidden = !asked.length;
  if (keys === list.dataset.insert) return; // buttons that are replaced while they are pressed miss the click
  list.dataset.insert = keys;
  list.querySelector("span").replaceChildren(...asked.map(makeButton));
}

document.addEventListener("change", offer);
offer();
