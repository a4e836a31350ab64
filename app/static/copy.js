// The button that copies the address of the page.
import { findAll } from "./dom.js";

export function start() {
  if (!navigator.clipboard) return;
  for (const button of findAll(document, "[data-copy]")) {
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(location.href);
        button.textContent = "Copied";
      } catch {
        button.textContent = "Copy it from the address bar";
      }
      setTimeout(() => (button.textContent = label), 3000);
    });
  }
}
