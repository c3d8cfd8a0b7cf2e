// Long lists get a search; the plain <select> stays the field that is sent.
import TomSelect from "tom-select/base";

export function enhanceSelects(root) {
  const words = document.body.dataset;
  for (const select of root.querySelectorAll("select[data-search]:not(.tomselected)")) {
    const control = new TomSelect(select, {
      create: false,
      allowEmptyOption: true,
      maxOptions: 300,
      hidePlaceholder: true,
      render: {
        no_results: () => {
          const text = document.createElement("div");
          text.className = "no-results";
          text.textContent = words.nothingFound || "";
          return text;
        },
      },
    });
    select.setAttribute("aria-hidden", "true");
    if (select.classList.contains("is-invalid")) control.control_input.setAttribute("aria-invalid", "true");
    const described = select.getAttribute("aria-describedby");
    if (described) control.control_input.setAttribute("aria-describedby", described);
  }
}
