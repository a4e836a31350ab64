// What is kept on this device: ratings, and movies that were saved or put aside.

/** @param {string} key @returns {Record<string, any>} */
export function load(key) {
  try {
    return own(JSON.parse(localStorage.getItem(key) ?? "null"));
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
export const loadRatings = () => own(load("ratings").ratings);

/** No more than what is kept: a movie may be called "constructor". @param {object} kept */
const own = (kept) => Object.assign(Object.create(null), kept);

/** @param {string | undefined} release @param {Ratings} ratings */
export function storeRatings(release, ratings) {
  store("ratings", { release, ratings });
}
