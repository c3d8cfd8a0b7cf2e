// Buttons that need a script: they are hidden until it has arrived.

const ACTIONS = {
  print: () => window.print(),
  copy: (button) => {
    const source = document.getElementById(button.dataset.copyFrom);
    if (!source) return;
    const text = "value" in source ? source.value : source.textContent;
    if (navigator.clipboard) navigator.clipboard.writeText(text);
    else if (source.select) source.select();
  },
};

export function enhanceActions(root) {
  for (const button of root.querySelectorAll("button[data-action][hidden]")) {
    const action = ACTIONS[button.dataset.action];
    if (!action) continue;
    button.hidden = false;
    button.addEventListener("click", () => action(button));
  }
}
