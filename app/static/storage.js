// What is kept on this device: ratings, and movies that were saved or put aside.

/** @param {string} key @returns {Record<string, any>} */
export function load(key) {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") ?? {};
  } catch {
    return {};
  }
}

/**
 * Keeps a value; tells whether the browser lets it.
 * @param {string} key
 * @param {unknown} value
 */
export function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

/** @returns {Ratings} */
export const loadRatings = () => load("ratings").ratings ?? {};

/** @param {string | undefined} release @param {Ratings} ratings */
export function storeRatings(release, ratings) {
  store("ratings", { release, ratings });
}
