// What orders a list on this device. The twin of processing/release/affinity.py and spread.py, and of
// app/model/turned.py.

const MOST_NEAR = 3;
const WINDOW = 10;
const MOST_REASONS = 2;

/**
 * Makes the arrays of ranking.json and ranking.bin.
 * @param {RankingData} about
 * @param {ArrayBuffer} bytes
 * @returns {Ranking}
 */
export function makeRanking(about, bytes) {
  const n = about.n_movies;
  /** @type {ViewOf<Uint16Array | Uint32Array>} */
  const Index = n > 65_536 ? Uint32Array : Uint16Array;
  let at = 0;
  /** @type {<Kind extends ArrayBufferView>(kind: ViewOf<Kind>, length: number) => Kind} */
  const take = (Kind, length) => {
    const taken = new Kind(bytes, at, length);
    at += taken.byteLength;
    return taken;
  };
  const scales = take(Float32Array, n);
  const starts = take(Int32Array, n + 1);
  const nearStarts = take(Int32Array, n + 1);
  const movies = take(Index, about.n_weights);
  const near = take(Index, about.n_near);
  const values = take(Int8Array, about.n_weights);
  const evident = take(Uint8Array, (about.n_weights + 7) >> 3);
  return {
    about,
    movies: (j) => movies.subarray(starts[j], starts[j + 1]),
    weight: (j, place) => values[starts[j] + place] * scales[j],
    evident: (j, place) => ((evident[(starts[j] + place) >> 3] >> ((starts[j] + place) & 7)) & 1) > 0,
    near: (j) => near.subarray(nearStarts[j], nearStarts[j + 1]),
  };
}

/**
 * Lists the best movies for who gave these stars to these movies, all by index; reasons are places
 * in these.
 * @param {Ranking} ranking
 * @param {number[]} votes of each movie
 * @param {number[]} given
 * @param {number[]} stars
 * @param {number} most
 * @param {(index: number) => boolean} isWanted
 * @returns {Ranked[]}
 */
export function ranked(ranking, votes, given, stars, most, isWanted) {
  const { about } = ranking;
  const [low, high] = about.scale;
  const grades = stars.map((star) => (star - about.neutral) / (high - low));
  const [popularity] = about.popularity.flatMap(([n, weight]) => (n <= given.length ? [weight] : [])).slice(-1);
  const order = votes.map((n) => popularity * Math.log1p(n));
  given.forEach((j, k) => {
    ranking.movies(j).forEach((index, place) => (order[index] += grades[k] * ranking.weight(j, place)));
  });
  const rated = new Set(given);
  const best = [...order.keys()]
    .filter((index) => votes[index] > 0 && !rated.has(index) && isWanted(index))
    .sort((a, b) => order[b] - order[a] || a - b)
    .map((index) => ({ index, order: order[index] }));
  return spread(ranking, best, most).map((row) => {
    const places = given.map((j) => ranking.movies(j).indexOf(row.index));
    const parts = given.map((j, k) => (places[k] < 0 ? 0 : grades[k] * ranking.weight(j, places[k])));
    const votesAdd = popularity * Math.log1p(votes[row.index]);
    const whole = parts.reduce((sum, part) => sum + Math.max(part, 0), Math.max(votesAdd, 0));
    const reasons = [...parts.keys()]
      .filter((k) => parts[k] > 0 && grades[k] > 0 && stars[k] >= about.like && ranking.evident(given[k], places[k]))
      .sort((a, b) => parts[b] - parts[a])
      .map((place) => ({ place, share: parts[place] / whole }));
    return { ...row, reasons: reasons.slice(0, MOST_REASONS) };
  });
}

/**
 * Turns a list to movies that are known well or less.
 * @param {Ranking} ranking
 * @param {number[]} votes
 * @param {Ranked[]} rows
 * @param {string | null} known
 */
export function turn(ranking, votes, rows, known) {
  if (known !== "well" && known !== "less") return rows;
  const mean = rows.reduce((sum, row) => sum + row.order, 0) / rows.length;
  const deviation = Math.sqrt(rows.reduce((sum, row) => sum + (row.order - mean) ** 2, 0) / rows.length) || 1;
  const weight = (known === "well" ? 1 : -1) * ranking.about.known_weight * deviation;
  /** @param {Ranked} row */
  const key = ({ index, order }) => order + weight * Math.log1p(votes[index]);
  return spread(ranking, [...rows].sort((a, b) => key(b) - key(a)));
}

/**
 * @template {{ index: number }} Row
 * @param {Ranking} ranking
 * @param {Row[]} rows
 */
function spread(ranking, rows, most = rows.length) {
  /** @type {Row[]} */
  const out = [];
  let left = rows;
  while (left.length > 0 && out.length < most) {
    /** @type {Row[]} */
    const window = [];
    /** @type {Row[]} */
    const putOff = [];
    let seen = 0;
    while (seen < left.length && window.length < WINDOW) {
      const row = left[seen++];
      const crowd = window.filter(({ index }) => ranking.near(index).includes(row.index));
      (crowd.length < MOST_NEAR ? window : putOff).push(row);
    }
    left = [...putOff.splice(WINDOW - window.length), ...left.slice(seen)];
    out.push(...window, ...putOff);
  }
  return out.slice(0, most);
}
