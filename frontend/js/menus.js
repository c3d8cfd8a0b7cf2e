// <details class="menu"> opens by itself; this closes it on Escape and on a click elsewhere.

export function closeMenusOutside() {
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// Links of the top bar that would begin a second row move into the menu behind them.
export function fitTopLinks() {
  const list = document.querySelector(".top-links");
  const more = document.querySelector("details[data-more]");
  if (!list || !more) return;
  const links = [...list.children];
  const copies = [...more.querySelectorAll(".menu-item")];
  const summary = more.querySelector("summary");
  const show = (count) => {
    links.forEach((link, place) => (link.hidden = place >= count));
    copies.forEach((copy, place) => (copy.hidden = place < count));
    more.hidden = count === links.length;
  };
  const fit = () => {
    let count = links.length;
    show(count);
    while (count > 1 && links[count - 1].offsetTop > links[0].offsetTop) show((count -= 1));
    const behind = copies.slice(count).some((copy) => copy.hasAttribute("aria-current"));
    summary.toggleAttribute("data-current", behind);
  };
  new ResizeObserver(fit).observe(list.closest(".container-xl"));
  document.fonts.ready.then(fit);
}
