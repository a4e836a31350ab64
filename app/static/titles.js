// Search over the titles kept on this device. The twin of app/model/title_index.py.

/** @type {Record<string, string>} */
const LETTERS = {
  ...{ ø: "o", ł: "l", đ: "d", ð: "d", þ: "th", æ: "ae", œ: "oe", ı: "i", ß: "ss", ς: "σ" },
  ...{ "'": "", "’": "", "`": "", "&": " and " },
};
export const ARTICLES = new Set("the a an la le les der die das el los las il lo gli un une een".split(" "));
const ENOUGH = 5; // matches: with fewer, looser ones are looked for too

/** @type {Promise<TitleIndex> | null} */
let loading = null;

export function localTitles() {
  loading ??= fetch("/offline/titles.json")
    .then((response) => response.json())
    .then(makeIndex)
    .catch((error) => {
      loading = null;
      throw error;
    });
  return loading;
}

/**
 * Splits a text into words without case, accents and punctuation.
 * @param {string} text
 * @returns {string[]}
 */
export function foldWords(text) {
  const plain = text.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
  return plain.replace(/[øłđðþæœıßς'’`&]/g, (letter) => LETTERS[letter]).match(/[\p{L}\p{N}_]+/gu) ?? [];
}

/** @param {string[]} words */
export function withoutArticles(words) {
  let [start, end] = [0, words.length];
  while (start < end && ARTICLES.has(words[start])) start++;
  while (end > start && ARTICLES.has(words[end - 1])) end--;
  return end > start ? words.slice(start, end) : words;
}

/** @param {Titles} titles @returns {TitleIndex} */
export function makeIndex(titles) {
  const folded = titles.titles.map(foldWords);
  return {
    ...titles,
    plain: folded.map((words) => withoutArticles(words).join(" ")),
    joined: folded.map((words) => words.join("")),
    words: folded.map((words, i) => (titles.years[i] ? [...words, String(titles.years[i])] : words)),
  };
}

/** @param {TitleIndex} index @param {string} query @returns {FoundTitle[]} */
export function findTitles(index, query, most = Infinity) {
  const words = foldWords(query).slice(0, 20);
  const bare = withoutArticles(words);
  /** @type {Map<number, [rank: number, typos: number, votes: number, index: number]>} */
  const found = new Map();
  /** @type {(i: number, rank: number, typos?: number) => void} */
  const add = (i, rank, typos = 0) => {
    if ((found.get(i)?.[0] ?? Infinity) > rank) found.set(i, [rank, typos, -index.votes[i], i]);
  };
  /** @type {(wanted: string[], rank: number) => void} */
  const addHaving = (wanted, rank) => {
    if (wanted.length === 0) return;
    index.words.forEach((known, i) => {
      if (wanted.every((word) => known.some((each) => each.startsWith(word)))) add(i, rank);
      else if (wanted.every((word) => known.some((each) => each.includes(word)))) add(i, rank + 1);
      else if (index.joined[i].includes(wanted.join(""))) add(i, rank + 1);
    });
  };
  if (words.length > 0) index.plain.forEach((title, i) => title === bare.join(" ") && add(i, 0));
  addHaving(words, 1);
  if (found.size < ENOUGH) addHaving(bare, 3);
  if (found.size < ENOUGH && bare.length > 0) addMistyped(index, bare, add);
  return [...found.values()]
    .sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3])
    .slice(0, most)
    .map(([, , , i]) => ({ movie_id: index.movie_ids[i], title: index.titles[i], year: index.years[i] }));
}

/**
 * Adds the titles that have every word, or its beginning, with a few typos.
 * @param {TitleIndex} index
 * @param {string[]} words
 * @param {(i: number, rank: number, typos: number) => void} add
 */
function addMistyped(index, words, add) {
  /** @type {Map<string, number>[]} */
  const known = words.map(() => new Map());
  /** @type {(word: string, w: number) => number} */
  const typos = (word, w) => {
    const before = known[w].get(word);
    if (before !== undefined) return before;
    const n = word.startsWith(words[w]) ? 0 : distance(words[w], word);
    known[w].set(word, n);
    return n;
  };
  index.words.forEach((title, i) => {
    let total = 0;
    for (let w = 0; w < words.length; w++) total += Math.min(...title.map((word) => typos(word, w)), Infinity);
    if (total < Infinity) add(i, 5, total);
  });
}

/**
 * Counts the typos from a word to the beginning of another, Infinity if they are too many. Works out
 * only what is at most as far from the diagonal as typos are allowed.
 * @param {string} word
 * @param {string} other
 */
function distance(word, other) {
  const most = word.length < 4 || /\d/.test(word) ? 0 : word.length < 8 ? 1 : 2;
  const width = Math.min(other.length, word.length + most);
  if (most === 0 || width < word.length - most) return Infinity;
  /** @type {number[]} */
  let before = [];
  let last = Array.from({ length: width + 1 }, (_, j) => j);
  let lowest = 0;
  for (let i = 1; i <= word.length; i++) {
    const row = Array(width + 1).fill(Infinity);
    const lowestBefore = lowest;
    row[0] = lowest = i;
    for (let j = Math.max(1, i - most); j <= Math.min(width, i + most); j++) {
      const wrong = word[i - 1] === other[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + wrong);
      const isSwapped = i > 1 && j > 1 && word[i - 1] === other[j - 2] && word[i - 2] === other[j - 1];
      if (isSwapped) row[j] = Math.min(row[j], before[j - 2] + 1);
      lowest = Math.min(lowest, row[j]);
    }
    if (Math.min(lowest, lowestBefore) > most) return Infinity;
    [before, last] = [last, row];
  }
  const least = Math.min(...last);
  return least <= most ? least : Infinity;
}
