// Light or dark: as chosen before, else as the system prefers.

import { t } from "./words.mjs";

const KEY = "meltwatch-theme";

function apply(theme, button) {
  document.documentElement.dataset.theme = theme;
  button.textContent = theme === "dark" ? t("Light") : t("Dark");
}

export function startTheme(button) {
  const preferred = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  apply(localStorage.getItem(KEY) ?? preferred, button);
  button.addEventListener("click", () => {
    const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem(KEY, next);
    apply(next, button);
  });
  lightOnPaper();
}

/** What is drawn and not styled is drawn anew by who listens to this, too, and after us. */
function lightOnPaper() {
  const root = document.documentElement;
  let screen = null;
  addEventListener("beforeprint", () => {
    // Scope draws in its next frame only, which paper does not wait for: its colours stay together.
    if (document.querySelector(".scope")) return;
    screen ??= root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    if (screen) root.dataset.theme = screen;
    screen = null;
  });
}
