// A list whose choices depend on another field: only those that fit are offered, the usual one first.
// Without it every choice is there, and the server says which do not fit.

function narrow(select, fits) {
  for (const option of select.options) {
    option.hidden = option.disabled = Boolean(option.value && fits && !fits.includes(option.value));
  }
  if (fits && !fits.includes(select.value)) {
    const usual = fits.find((value) => [...select.options].some((option) => option.value === value));
    select.value = usual ?? "";
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

export function enhanceChoices(root) {
  for (const select of root.querySelectorAll("select[data-fits]:not([data-ready])")) {
    select.dataset.ready = "";
    const fits = JSON.parse(select.dataset.fits);
    const others = [...select.form.elements].filter((field) => field.name === select.dataset.by);
    const chosen = () => others.find((field) => field.checked)?.value;
    others.forEach((field) => field.addEventListener("change", () => narrow(select, fits[chosen()])));
    narrow(select, fits[chosen()]);
  }
}
