// Two minutes before the session ends a dialog says so and offers to go on. When it has ended, the dialog covers the page and
// stays until the same person has signed in again, in another tab: what was typed waits in the page, in no storage.
const WARN_BEFORE = 120;
const STEP = 1000;

/** Whole seconds as m:ss. */
export function clockText(seconds) {
  const left = Math.max(Math.ceil(seconds), 0);
  return `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
}

/** When the session ends, and whether a click can put that off: the working day's limit (`last`) cannot be. */
export function ending(now, idle, last) {
  const at = Math.min(now + idle * 1000, last);
  return { at, last, hard: at === last };
}

/** Forms of this page go on in the new session: signing in gives the browser another token. */
function takeToken(token) {
  if (!token) return;
  for (const field of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) field.value = token;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
}

export function watchSession() {
  const dialog = document.getElementById("session-dialog");
  const words = document.body.dataset;
  if (!dialog || !words.alive) return;
  const part = (name) => dialog.querySelector(`[data-part="${name}"]`);
  const from = (idle, left) => ending(Date.now(), idle, Date.now() + left * 1000);
  let end = from(Number(words.sessionSeconds), Number(words.sessionLeft || words.sessionSeconds));
  // "": nothing to say; "warned": the dialog counts down; "told": it was read and closed; "over": signed out.
  let state = "";
  let asking = false;

  const show = (name) => {
    for (const each of ["soon", "last", "over"]) part(each).hidden = each !== name;
    part("problem").textContent = "";
    if (!dialog.open) dialog.showModal();
  };

  const restart = (answer) => {
    const idle = Number(answer.headers.get("X-Session-Idle") || words.sessionSeconds);
    end = from(idle, Number(answer.headers.get("X-Session-Left") || idle));
    takeToken(answer.headers.get("X-CSRFToken"));
    state = "";
    delete words.sessionOver;
    if (dialog.open) dialog.close();
    document.dispatchEvent(new Event("session:on"));
  };

  /** What the server says of the session; "quiet" asks without prolonging it. */
  const ask = async (quiet) => {
    const headers = quiet ? { "X-Background": "1" } : {};
    const answer = await fetch(words.alive, { redirect: "manual", headers, cache: "no-store" }).catch(() => null);
    if (!answer) return { kind: "offline" };
    if (answer.status !== 204) return { kind: "out" };
    return { kind: answer.headers.get("X-Account") === words.account ? "in" : "other", answer };
  };

  const over = () => {
    // Asked once more (the window has the focus again) it says the same: what a press of the button was told stays.
    if (state === "over") return;
    state = "over";
    words.sessionOver = "";
    show("over");
  };

  const goOn = async () => {
    const { kind, answer } = await ask(false);
    if (kind === "in") restart(answer);
    else if (kind === "offline") part("problem").textContent = words.offline;
    else if (state !== "over") over();
    else part("problem").textContent = kind === "other" ? dialog.dataset.other : dialog.dataset.notYet;
  };

  /** Another tab may have gone on, or signed in again. */
  const check = async () => {
    if (asking) return;
    asking = true;
    const { kind, answer } = await ask(true);
    asking = false;
    if (kind === "in") {
      const idle = Number(answer.headers.get("X-Session-Idle"));
      const left = Number(answer.headers.get("X-Session-Left"));
      if (Math.min(idle, left) > WARN_BEFORE || state === "over") restart(answer);
      else {
        end = from(idle, left);
        if (state !== "") return;
        state = "warned";
        show(end.hard ? "last" : "soon");
      }
    } else if (kind !== "offline" || end.at <= Date.now()) over();
  };

  const tick = () => {
    const left = (end.at - Date.now()) / 1000;
    for (const each of dialog.querySelectorAll("[data-left]")) each.textContent = clockText(left);
    if (state === "over") return;
    if (left <= 0) check();
    else if (left <= WARN_BEFORE && state === "") check();
  };

  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-go]");
    if (!button) return;
    if (button.dataset.go === "close") dialog.close();
    else goOn();
  });
  // Escape is a sign of life too; out of a session that is over it leads nowhere.
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    if (state === "warned" && !end.hard) goOn();
    else if (state === "warned") dialog.close();
  });
  dialog.addEventListener("close", () => {
    if (state === "over") dialog.showModal();
    else if (state === "warned") state = "told";
  });
  document.addEventListener("visibilitychange", () => {
    if (state === "over" && !document.hidden) check();
  });
  window.addEventListener("focus", () => {
    if (state === "over") check();
  });
  document.addEventListener("session:over", check);
  document.addEventListener("htmx:afterRequest", (event) => {
    // What a page asks by itself does not prolong the session.
    const { elt, successful } = event.detail;
    if (!successful || (elt && elt.dataset && elt.dataset.refresh) || state === "over") return;
    end = ending(Date.now(), Number(words.sessionSeconds), end.last);
    if (!end.hard) state = "";
  });
  setInterval(tick, STEP);
}
