// A badge that counts down to a moment (24 hours by the clock). Without the script it says what it said when the page came.

const STEP = 20_000;

function fill(pattern, values) {
  return pattern.replace(/%\((\w+)\)[ds]/g, (_whole, name) => values[name]);
}

function show(badge) {
  const { countdown, left, late, hours, minutes } = badge.dataset;
  const remaining = Math.floor((Date.parse(countdown) - Date.now()) / 60_000);
  const total = Math.abs(remaining);
  const time = total >= 60
    ? fill(hours, { hours: Math.floor(total / 60), minutes: total % 60 })
    : fill(minutes, { minutes: total });
  badge.textContent = fill(remaining < 0 ? late : left, { time });
  const tone = remaining < 0 ? "tone-red" : remaining < 240 ? "tone-orange" : "tone-blue";
  badge.classList.remove("tone-red", "tone-orange", "tone-blue");
  badge.classList.add(tone);
}

export function enhanceCountdowns(root) {
  for (const badge of root.querySelectorAll("[data-countdown]")) {
    show(badge);
    setInterval(show, STEP, badge);
  }
}
