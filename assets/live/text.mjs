// Writes to the page only what changed: an unchanged text costs no layout.

export function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

export function setClass(element, name, on) {
  if (element.classList.contains(name) !== on) element.classList.toggle(name, on);
}

export function part(root, name) {
  return root.querySelector(`[data-mw-part="${name}"]`);
}
