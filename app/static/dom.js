// Finds and makes elements, and asks the service worker.

/** What the address said after the # when the page was opened: long links hold ratings there. */
export const FRAGMENT = globalThis.location?.hash ?? "";

/** The same where this page is made of it, else nothing. */
export const fragment = () => (document.querySelector("[data-linked]") ? FRAGMENT : "");

/**
 * Finds the first element of a kind; a page without it is not the page that the script is for.
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {{ new (): Kind }} [kind]
 * @returns {Kind}
 */
export function find(parent, selector, kind) {
  const [found] = findAll(parent, selector, kind);
  if (!found) throw new Error(`There is no ${selector} here.`);
  return found;
}

/**
 * @template {Element} [Kind=HTMLElement]
 * @param {ParentNode} parent
 * @param {string} selector
 * @param {{ new (): Kind }} kind
 * @returns {Kind[]}
 */
export function findAll(parent, selector, kind = /** @type {any} */ (HTMLElement)) {
  const found = [...parent.querySelectorAll(selector)];
  return /** @type {Kind[]} */ (found.filter((each) => each instanceof kind));
}

/**
 * Makes an element of attributes and children.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} attributes
 * @param {(Node | string)[]} children
 */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * Makes a button that does something.
 * @param {string} text
 * @param {(event: MouseEvent) => void} action
 * @param {Record<string, string>} attributes
 */
export function button(text, action, attributes = {}) {
  const made = make("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", action);
  return made;
}

/** Gives a file to the visitor. @param {string} name @param {string} type @param {string} text */
export function save(name, type, text) {
  make("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) }).click();
}

/**
 * Makes a row of a list of pages: a link, and a line about it.
 * @param {string} href
 * @param {string} title
 * @param {string} about
 */
export function pageRow(href, title, about) {
  const words = [make("a", { href }, title), make("p", { class: "meta" }, about)];
  return make("li", {}, make("div", {}, ...words));
}

/**
 * Finds a field of a form by its name.
 * @param {HTMLFormElement} form
 * @param {string} name
 */
export function field(form, name) {
  return find(form, `input[name="${name}"]`, HTMLInputElement);
}

/**
 * Asks the service worker something, and gives its answer; progress on the way goes to `tell`.
 * @param {ServiceWorker} worker
 * @param {{ ask: string, [detail: string]: unknown }} message
 * @param {(progress: any) => void} tell
 * @returns {Promise<any>}
 */
export function ask(worker, message, tell = () => {}) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => {
      if (!data.done) return tell(data);
      port1.close();
      resolve(data.answer);
    };
    worker.postMessage(message, [port2]);
  });
}

/** Fetches another page of the site. @param {string} address */
export async function fetchPage(address) {
  const response = await fetch(address, { headers: { Accept: "text/html" } });
  if (!response.ok) throw new Error(String(response.status));
  return new DOMParser().parseFromString(await response.text(), "text/html");
}
