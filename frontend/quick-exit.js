// Public pages: leave at once, by the red bar or by pressing Shift three times, and leave nothing to go back to.
// Listens on the document: the steps of the form replace the page's body, and with it the bar.

function leave(link) {
  document.body.hidden = true;
  window.location.replace(link.href);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-quick-exit]");
  if (!link) return;
  event.preventDefault();
  leave(link);
});

let presses = [];
document.addEventListener("keyup", (event) => {
  if (event.key !== "Shift") {
    presses = [];
    return;
  }
  const now = Date.now();
  presses = [...presses.filter((moment) => now - moment < 2000), now];
  const link = document.querySelector("[data-quick-exit]");
  if (presses.length >= 3 && link) leave(link);
});

// The answer came in another language: the page's own mark follows, for readers that speak it.
document.addEventListener("htmx:afterSwap", (event) => {
  const language = event.detail.xhr.getResponseHeader("Content-Language");
  if (event.target === document.body && language) document.documentElement.lang = language;
});

// The library that swaps the steps notes the page's address for the window; here nothing is kept.
function forget() {
  try {
    sessionStorage.clear();
  } catch {
    // No storage at all is as good.
  }
}

for (const moment of ["htmx:afterSettle", "htmx:afterRequest", "visibilitychange"]) {
  document.addEventListener(moment, forget);
}
window.addEventListener("load", forget);
