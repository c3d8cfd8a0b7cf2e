// What htmx should do here. Its settings stand in <meta name="htmx-config"> of the base template.
import { isBackground } from "./fresh.js";
import { addNotice } from "./notices.js";

export function setUpHtmx(enhance) {
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  // A form that arrives beside the page is where the keyboard goes on.
  document.addEventListener("htmx:afterSettle", (event) => {
    const arrival = event.detail.target.querySelector("[data-arrival]");
    if (arrival) arrival.focus({ preventScroll: true });
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (isBackground(event)) return;
    const status = event.detail.xhr.status;
    const words = document.body.dataset;
    if (status === 401) window.location.reload();
    else addNotice(status === 409 ? words.conflict : words.failed, "red");
  });
  document.addEventListener("htmx:sendError", (event) => {
    if (!isBackground(event)) addNotice(document.body.dataset.offline, "red");
  });
}
