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
}
