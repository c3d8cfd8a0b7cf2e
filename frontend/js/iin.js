// A valid IIN tells the birth date and the sex: fill them in when they are still empty.

const FIRST = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const SECOND = [3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2];

function checksum(digits) {
  const sum = (weights) => weights.reduce((total, weight, index) => total + weight * digits[index], 0) % 11;
  const first = sum(FIRST);
  return first === 10 ? sum(SECOND) : first;
}

/** {birth: "ДД.ММ.ГГГГ", sex: "M" | "F"} or null when the number is not a valid IIN. */
export function readIin(text) {
  const compact = text.replace(/\s+/g, "");
  if (!/^[0-9]{12}$/.test(compact)) return null;
  const digits = [...compact].map(Number);
  if (checksum(digits) !== digits[11] || digits[6] < 1 || digits[6] > 6) return null;
  const century = 1800 + Math.floor((digits[6] - 1) / 2) * 100;
  const year = century + Number(compact.slice(0, 2));
  const month = Number(compact.slice(2, 4));
  const day = Number(compact.slice(4, 6));
  const date = new Date(Date.UTC(year, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  return { birth: `${compact.slice(4, 6)}.${compact.slice(2, 4)}.${year}`, sex: digits[6] % 2 ? "M" : "F" };
}

function put(form, name, value) {
  const fields = name ? [...form.elements].filter((field) => field.name === name) : [];
  const radios = fields.filter((field) => field.type === "radio");
  if (radios.length) {
    if (radios.some((radio) => radio.checked)) return;
    const match = radios.find((radio) => radio.value.toUpperCase().startsWith(value));
    if (match) match.checked = true;
  } else if (fields[0] && fields[0].tagName === "SELECT") {
    const match = [...fields[0].options].find((option) => option.value.toUpperCase().startsWith(value));
    if (!fields[0].value && match) fields[0].value = match.value;
  } else if (fields[0] && !fields[0].value) {
    fields[0].value = value;
  }
}

export function enhanceIin(root) {
  for (const field of root.querySelectorAll("input[data-iin]:not([data-ready])")) {
    field.dataset.ready = "";
    field.addEventListener("input", () => {
      const known = readIin(field.value);
      if (!known || !field.form) return;
      put(field.form, field.dataset.birth, known.birth);
      put(field.form, field.dataset.sex, known.sex);
    });
  }
}
