// The button that changes between light and dark, and remembers.
import { find } from "./dom.js";
import { t } from "./words.js";

export function start() {
  const root = document.documentElement;
  const button = find(document, "#theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const next = () => {
    const now = root.dataset.theme ?? (system.matches ? "dark" : "light");
    return now === "dark" ? "light" : "dark";
  };

  function show() {
    button.title = next() === "dark" ? t("Use the dark theme") : t("Use the light theme");
    button.setAttribute("aria-label", button.title);
  }

  button.addEventListener("click", () => {
    const theme = next();
    root.dataset.theme = theme;
    try {
      localStorage.setItem("theme", theme);
    } catch {
      // It holds for this page only.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
  button.hidden = false;
}
