// A button beside a text date (ДД.ММ.ГГГГ) that opens the browser's own calendar.

function toIso(text) {
  const match = /^\s*(\d{1,2})\.(\d{1,2})\.(\d{4})\s*$/.exec(text);
  return match ? `${match[3]}-${match[2].padStart(2, "0")}-${match[1].padStart(2, "0")}` : "";
}

function toText(iso) {
  const [year, month, day] = iso.split("-");
  return `${day}.${month}.${year}`;
}

function addPicker(button) {
  const field = document.getElementById(button.dataset.pickFor);
  if (!field || typeof HTMLInputElement.prototype.showPicker !== "function") return;
  const native = document.createElement("input");
  native.type = "date";
  native.className = "date-native";
  native.tabIndex = -1;
  native.setAttribute("aria-hidden", "true");
  button.after(native);
  button.hidden = false;
  button.addEventListener("click", () => {
    native.value = toIso(field.value);
    native.showPicker();
  });
  native.addEventListener("change", () => {
    if (!native.value) return;
    field.value = toText(native.value);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
    field.focus();
  });
}

export function enhanceDates(root) {
  for (const button of root.querySelectorAll("[data-pick-for][hidden]")) addPicker(button);
}
