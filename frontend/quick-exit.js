// Public pages: leave at once, by the red bar or by pressing Shift three times, and leave nothing to go back to.

const link = document.querySelector("[data-quick-exit]");

function leave() {
  document.body.hidden = true;
  window.location.replace(link.href);
}

if (link) {
  let presses = [];
  link.addEventListener("click", (event) => {
    event.preventDefault();
    leave();
  });
  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift") {
      presses = [];
      return;
    }
    const now = Date.now();
    presses = [...presses.filter((moment) => now - moment < 2000), now];
    if (presses.length >= 3) leave();
  });
}
