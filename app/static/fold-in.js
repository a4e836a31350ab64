// Folding a visitor in: from ratings to scores of movies. The twin of processing/release/fold_in.py.

/** @param {number[][]} matrix */
function inverse(matrix) {
  const n = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let i = 0; i < n; i++) {
    let best = i;
    for (let r = i + 1; r < n; r++) if (Math.abs(rows[r][i]) > Math.abs(rows[best][i])) best = r;
    [rows[i], rows[best]] = [rows[best], rows[i]];
    const pivot = rows[i][i];
    for (let j = i; j < 2 * n; j++) rows[i][j] /= pivot;
    for (let r = 0; r < n; r++) {
      const factor = rows[r][i];
      if (r === i || factor === 0) continue;
      for (let j = i; j < 2 * n; j++) rows[r][j] -= factor * rows[i][j];
    }
  }
  return rows.map((row) => row.slice(n));
}

/** @param {number[]} a @param {number[]} b */
export const dot = (a, b) => a.reduce((sum, each, i) => sum + each * b[i], 0);

/**
 * Makes the movies' arrays of fold-in.json and factors.bin.
 * @param {FoldInData} about
 * @param {ArrayBuffer} bytes
 * @returns {FoldingModel}
 */
export function makeModel(about, bytes) {
  const values = new Int16Array(bytes);
  const n = about.n_movies;
  const column = (/** @type {number} */ c, /** @type {number} */ i) => values[c * n + i] * about.scales[c];
  const k = about.n_factors + 1;
  const loading = (/** @type {number} */ i) => Array.from({ length: k }, (_, f) => (f === 0 ? 1 : column(f, i)));
  const average = (/** @type {number} */ i) => about.global_mean + column(0, i) + dot(loading(i), about.mean);
  return { about, loading, average };
}

/**
 * Says what who gave these ratings to these movies would give others, all by index, how sure it is, and
 * what each rating adds to it.
 * @param {FoldingModel} model
 * @param {number[]} movies
 * @param {number[]} ratings
 * @returns {FoldedIn}
 */
export function fold(model, movies, ratings) {
  const { mean, covariance, noise_variance: noise } = model.about;
  const x = movies.map(model.loading);
  const precision = inverse(covariance);
  for (const row of x)
    for (let a = 0; a < row.length; a++)
      for (let b = 0; b < row.length; b++) precision[a][b] += (row[a] * row[b]) / noise;
  const spread = inverse(precision);
  const gains = x.map((row) => spread.map((each) => dot(each, row) / noise));
  const surprises = ratings.map((rating, i) => rating - model.average(movies[i]));
  const moved = mean.map((_, f) => gains.reduce((sum, gain, i) => sum + gain[f] * surprises[i], 0));
  return {
    moved,
    spread,
    score: (index) => model.average(index) + dot(model.loading(index), moved),
    error(index) {
      const row = model.loading(index);
      return Math.sqrt(dot(row, spread.map((each) => dot(each, row))) + noise);
    },
    parts(index) {
      const row = model.loading(index);
      return gains.map((gain, i) => dot(row, gain) * surprises[i]);
    },
  };
}

/**
 * Says what who gave these ratings to these movies would give others, all by index, and how sure it is.
 * @param {FoldingModel} model
 * @param {number[]} movies
 * @param {number[]} ratings
 * @param {number[]} others
 */
export function scores(model, movies, ratings, others) {
  const person = fold(model, movies, ratings);
  return others.map((index) => ({ score: person.score(index), error: person.error(index) }));
}
