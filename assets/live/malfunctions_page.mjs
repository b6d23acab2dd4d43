// The Malfunctions page: what the keyboard does in its table, and when that has rows of its own.
import { fitPaper } from "./paper_fit.mjs";

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
  const rows = new MutationObserver(() => giveWay(root, rows));
  rows.observe(root, { childList: true, subtree: true });
  giveWay(root, rows);
  const paper = fitPaper(root, ".chart, .malfunction-grid");
  return {
    destroy: () => {
      paper.destroy();
      root.removeEventListener("keydown", open);
      rows.disconnect();
    },
  };
}

/** The rows that came with the page are shown until the table has its own, and never again. */
function giveWay(root, observer) {
  if (!root.querySelector(".malfunction-grid .ag-row a")) return;
  root.classList.add("has-rows");
  observer.disconnect();
}
