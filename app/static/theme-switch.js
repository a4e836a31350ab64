// The button that changes between light and dark, and remembers.
export function start(document) {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (system.matches ? "dark" : "light")) === "dark";

  function show() {
    const next = isDark() ? "light" : "dark";
    button.setAttribute("aria-label", `Use the ${next} theme`);
    button.title = `Use the ${next} theme`;
    button.dataset.next = next;
  }

  button.addEventListener("click", () => {
    root.dataset.theme = button.dataset.next;
    try {
      localStorage.setItem("theme", root.dataset.theme);
    } catch {
      // It holds for this page only.
    }
    show();
  });
  system.addEventListener("change", show);
  show();
  button.hidden = false;
}
