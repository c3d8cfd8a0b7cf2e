// What htmx should do here. Its settings stand in <meta name="htmx-config"> of the base template.

function notice(text) {
  const list = document.getElementById("notices");
  if (!list || !text) return;
  const item = document.createElement("li");
  item.className = "notice tone-red";
  item.setAttribute("role", "alert");
  item.textContent = text;
  list.append(item);
  item.scrollIntoView({ block: "nearest" });
}

export function setUpHtmx(enhance) {
  document.addEventListener("htmx:load", (event) => enhance(event.detail.elt));
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    const words = document.body.dataset;
    if (status === 401) window.location.reload();
    else notice(status === 409 ? words.conflict : words.failed);
  });
  document.addEventListener("htmx:sendError", () => notice(document.body.dataset.offline));
}
