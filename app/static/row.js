// Makes a row of a list of pages: a link, and a line about it.
export function row(document, path, title, about) {
  const names = ["li", "div", "a", "p"];
  const [made, words, link, meta] = names.map((name) => document.createElement(name));
  link.href = path;
  link.textContent = title;
  meta.className = "meta";
  meta.textContent = about;
  words.append(link, meta);
  made.append(words);
  return made;
}
