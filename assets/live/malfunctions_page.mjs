// The Malfunctions page: what the keyboard does in its table.

/**
 * Enter on a row opens its malfunction, as a click on its link does.
 * @param {HTMLElement} root
 */
export function mountMalfunctions(root) {
  const open = (event) => {
    if (event.key !== "Enter" || event.target.closest("a, button, input")) return;
    const row = event.target.closest(".ag-row");
    // The columns of a row may be in several containers: the link is in one of them.
    const index = row?.getAttribute("row-index");
    root.querySelector(`.malfunction-grid .ag-row[row-index="${index}"] a`)?.click();
  };
  root.addEventListener("keydown", open);
  return { destroy: () => root.removeEventListener("keydown", open) };
}
