// Parts of a page that keep themselves fresh: the bell, the numbers of My day. They ask while the page is looked at and no
// longer, ever rarer while nobody answers, and are no activity of a person: the server does not prolong the session for them.
import { addNotice } from "./notices.js";

const STEP = 1000;
const LONGEST = 15 * 60_000;
const COUNT = /^\(\d+\+?\) /;
const asked = new Map();
let stopped = false;

/** Whether a request was made by a part that keeps itself fresh, not by a person. */
export function isBackground(event) {
  const element = event.detail.elt;
  return Boolean(element && element.dataset && element.dataset.refresh);
}

/** How long to wait after so many milliseconds that ended in an answer or in none. */
export function nextPause(every, before, answered) {
  return answered ? every : Math.min(Math.max(before, every) * 2, LONGEST);
}

function look() {
  if (stopped || document.hidden) return;
  const now = Date.now();
  for (const element of document.querySelectorAll("[data-refresh]")) {
    const every = Number(element.dataset.refresh) * 1000;
    const known = asked.get(element.id);
    if (!known) asked.set(element.id, { every, pause: every, at: now + every });
    else if (now >= known.at) {
      known.at = now + known.pause;
      element.dispatchEvent(new Event("refresh"));
    }
  }
}

function settle(event) {
  const known = isBackground(event) && asked.get(event.detail.elt.id);
  if (!known) return;
  known.pause = nextPause(known.every, known.pause, event.detail.successful);
  known.at = Date.now() + known.pause;
}

function tellOnce(words) {
  const told = [...document.querySelectorAll("#notices [role=alert]")];
  if (!told.some((element) => element.textContent === words)) addNotice(words, "orange");
}

/** Somebody who signed out in another tab is told so here; what the sign-in page says belongs nowhere in this page. */
function keepOut(event) {
  if (!isBackground(event)) return;
  const { xhr, elt, pathInfo } = event.detail;
  const came = xhr.responseURL ? new URL(xhr.responseURL).pathname : "";
  const wanted = pathInfo ? new URL(pathInfo.finalRequestPath, window.location.href).pathname : came;
  if (came !== wanted || xhr.status === 401) {
    stopped = true;
    event.detail.shouldSwap = false;
    if (document.getElementById("session-dialog")) document.dispatchEvent(new Event("session:over"));
    else tellOnce(document.body.dataset.sessionEnded);
    return;
  }
  const focus = document.activeElement;
  // Who has just come to a link in it by the keyboard keeps it until the next time.
  if (focus && focus !== elt && elt.contains(focus)) event.detail.shouldSwap = false;
}

function showCount() {
  const bell = document.getElementById("bell");
  if (!bell) return 0;
  const title = document.title.replace(COUNT, "");
  document.title = bell.dataset.shown ? `(${bell.dataset.shown}) ${title}` : title;
  return Number(bell.dataset.unread || 0);
}

export function keepFresh() {
  let before = showCount();
  setInterval(look, STEP);
  look();
  document.addEventListener("visibilitychange", look);
  document.addEventListener("htmx:configRequest", (event) => {
    if (isBackground(event)) event.detail.headers["X-Background"] = "1";
  });
  document.addEventListener("session:on", () => {
    stopped = false;
  });
  document.addEventListener("htmx:beforeSwap", keepOut);
  document.addEventListener("htmx:afterRequest", settle);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!event.detail.elt || event.detail.elt.id !== "bell") return;
    const unread = showCount();
    if (unread > before) {
      const live = document.getElementById("live");
      if (live) live.textContent = document.getElementById("bell").dataset.told;
      // What is new may have changed the other numbers too.
      for (const [id, known] of asked) if (id !== "bell") known.at = Math.min(known.at, Date.now());
    }
    before = unread;
  });
}
