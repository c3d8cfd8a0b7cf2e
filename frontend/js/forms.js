// Double submit, unsaved text, a lost connection, focus on errors, quick counters.
import { addNotice } from "./notices.js";

// Forms in which something was typed that has not been sent yet.
const unsaved = new Set();
let leaving = false;
let offline = null;

/** Unsaved forms of the page, this one apart: sending it would lose what was typed in them. */
function unsavedBeside(form) {
  return [...unsaved].filter((each) => each !== form && each.isConnected);
}

function lock(form, submitter) {
  // After the browser has collected the fields, so that the pressed button's own value is sent.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button:not([type=button]), input[type=submit]")) {
      button.disabled = true;
    }
    if (submitter) submitter.setAttribute("aria-busy", "true");
  }, 0);
}

function unlock() {
  for (const button of document.querySelectorAll("form[data-sent] :disabled")) {
    if (button.matches("button, input[type=submit]")) button.disabled = false;
  }
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
}

function counter(field) {
  const limit = Number(field.getAttribute("maxlength") || field.dataset.limit);
  const text = document.createElement("div");
  text.className = "form-text numbers";
  text.setAttribute("aria-hidden", "true");
  const show = () => {
    text.textContent = `${[...field.value].length} / ${limit}`;
  };
  field.after(text);
  field.addEventListener("input", show);
  show();
}

export function enhanceForms(root) {
  for (const field of root.querySelectorAll("textarea[data-counter]:not([data-ready])")) {
    field.dataset.ready = "";
    counter(field);
  }
  const summary = root.querySelector("[data-error-summary]");
  if (summary) summary.focus();
}

/** A browser without a network says that it is offline; a product on the same machine answers all the same. */
async function answers() {
  const icon = document.querySelector("link[rel=icon]").href;
  const asked = fetch(icon, { method: "HEAD", cache: "no-store" });
  return asked.then(
    () => true,
    () => false,
  );
}

/** Without a connection the browser would put its own page in place of what was typed: then the form stays and says so. */
async function sendIfAnswered(form, submitter) {
  if (offline) offline.remove();
  offline = (await answers()) ? null : addNotice(document.body.dataset.offline, "red");
  if (offline) return;
  form.dataset.answered = "";
  form.requestSubmit(submitter);
  delete form.dataset.answered;
}

/** Before a part of the page is asked for: the form that it goes on from is saved first, one that it replaces is not lost. */
function guardParts(event) {
  const { elt, path, target } = event.detail;
  const before = elt.dataset.after && document.getElementById(elt.dataset.after);
  if (before && unsaved.has(before)) {
    event.preventDefault();
    before.elements.then.value = path;
    before.requestSubmit();
    return;
  }
  const lost = unsavedBeside(elt.closest("form")).filter((form) => target && target.contains(form));
  if (lost.length === 0) return;
  event.preventDefault();
  if (window.confirm(document.body.dataset.unsaved)) event.detail.issueRequest(true);
}

export function guardUnsaved() {
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.hasAttribute("data-guard")) unsaved.add(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const htmx = form.hasAttribute("hx-post") || form.hasAttribute("hx-get");
    if (event.defaultPrevented || htmx || form.method.toLowerCase() !== "post") return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      return;
    }
    if (!navigator.onLine && !("answered" in form.dataset)) {
      event.preventDefault();
      sendIfAnswered(form, event.submitter);
      return;
    }
    // Text in another form is unsaved (language, theme, a form beside): the browser asks first; a download leaves nothing.
    if (unsavedBeside(form).length > 0 || form.hasAttribute("data-download")) return;
    form.dataset.sent = "";
    leaving = true;
    lock(form, event.submitter);
  });
  document.addEventListener("htmx:confirm", guardParts);
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) unsaved.delete(event.detail.elt.closest("form[data-guard]"));
  });
  window.addEventListener("online", () => {
    if (offline) offline.remove();
  });
  window.addEventListener("beforeunload", (event) => {
    if (leaving || unsavedBeside(null).length === 0) return;
    event.preventDefault();
    event.returnValue = "";
  });
  // Coming back with the browser's Back button: the buttons work again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      leaving = false;
      unlock();
    }
  });
}
