"use strict";
// A page that asks for news says so when no answer comes, rather than standing still without a word.
document.addEventListener("htmx:afterRequest", (event) => {
  document.getElementById("silence").hidden = Boolean(event.detail.successful);
});
