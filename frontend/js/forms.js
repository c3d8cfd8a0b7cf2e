// Double submit, unsaved text, focus on errors, quick counters.

let dirty = false;
let leaving = false;

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

export function guardUnsaved() {
  document.addEventListener("input", (event) => {
    if (event.target.form && event.target.form.hasAttribute("data-guard")) dirty = true;
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    const htmx = form.hasAttribute("hx-post") || form.hasAttribute("hx-get");
    if (event.defaultPrevented || htmx || form.method.toLowerCase() !== "post") return;
    // Another form (language, theme) while text is unsaved: the browser asks first; a download leaves nothing.
    if ((dirty && !form.hasAttribute("data-guard")) || form.hasAttribute("data-download")) return;
    if ("sent" in form.dataset) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "";
    leaving = true;
    lock(form, event.submitter);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful && event.detail.elt.closest("form[data-guard]")) dirty = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty && !leaving) event.preventDefault();
    if (dirty && !leaving) event.returnValue = "";
  });
  // Coming back with the browser's Back button: the buttons work again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) {
      leaving = false;
      unlock();
    }
  });
}
