// <details data-fold open> are the parts of a long page. A phone shows the first and the headings of the others.

export function foldOnPhones() {
  const folds = [...document.querySelectorAll("details[data-fold]")];
  if (!folds.length) return;
  const wanted = () => location.hash && document.getElementById(location.hash.slice(1))?.closest("details[data-fold]");
  const unfoldWanted = () => {
    const fold = wanted();
    if (fold) fold.open = true;
  };
  if (matchMedia("(max-width: 767.98px)").matches) {
    for (const fold of folds.slice(1)) fold.open = fold === wanted();
  }
  addEventListener("hashchange", unfoldWanted);
  addEventListener("beforeprint", () => folds.forEach((fold) => (fold.open = true)));
}
