// Two minutes before the session ends the page says so and offers to go on; nothing on the page is touched.
import { isBackground } from "./fresh.js";
import { addNotice } from "./notices.js";

const WARN_BEFORE = 120;

export function watchSession() {
  const words = document.body.dataset;
  const seconds = Number(words.sessionSeconds || 0);
  if (!seconds || !words.alive) return;
  let warning;
  let ending;
  let item;

  const show = (text, button) => {
    if (item) item.remove();
    item = addNotice(text, "orange", button);
  };

  const start = () => {
    clearTimeout(warning);
    clearTimeout(ending);
    if (item) item.remove();
    warning = setTimeout(warn, Math.max(seconds - WARN_BEFORE, 1) * 1000);
    ending = setTimeout(() => show(words.sessionEnded), seconds * 1000);
  };

  const warn = () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-default btn-sm ms-auto";
    button.textContent = words.sessionContinue;
    button.addEventListener("click", async () => {
      const answer = await fetch(words.alive, { redirect: "manual" }).catch(() => null);
      if (answer && answer.status === 204) start();
      else show(words.sessionEnded);
    });
    show(words.sessionEnds, button);
  };

  start();
  document.addEventListener("htmx:afterRequest", (event) => {
    // What a page asks by itself does not prolong the session.
    if (event.detail.successful && !isBackground(event)) start();
  });
}
