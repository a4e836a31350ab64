// What is kept on this device: ratings, and movies that were saved or put aside.
export function load(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? {};
  } catch {
    return {};
  }
}

export function store(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export const loadRatings = () => load("ratings").ratings ?? {};

export function storeRatings(release, ratings) {
  return store("ratings", { release, ratings });
}
