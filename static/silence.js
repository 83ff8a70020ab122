"use strict";
// Warn on a live page when the site does not respond.
document.addEventListener("htmx:afterRequest", (event) => {
  document.getElementById("silence").hidden = Boolean(event.detail.successful);
});
