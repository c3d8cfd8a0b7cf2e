// A remark that a script adds above the page, in the list that the server fills with messages.

/** Adds a notice and returns its element; `tone` is one of the tones of tokens.css. */
export function addNotice(text, tone, button) {
  const list = document.getElementById("notices");
  if (!list || !text) return null;
  // Said already, and still there: once is enough.
  const said = [...list.querySelectorAll("[role=alert]")].find((each) => each.textContent === text);
  if (said) {
    said.parentElement.scrollIntoView({ block: "nearest" });
    return said.parentElement;
  }
  const item = document.createElement("li");
  item.className = `notice tone-${tone}`;
  const words = document.createElement("div");
  words.setAttribute("role", "alert");
  words.textContent = text;
  item.append(words);
  if (button) item.append(button);
  list.append(item);
  item.scrollIntoView({ block: "nearest" });
  return item;
}
