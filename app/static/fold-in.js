// Folding a visitor in: from ratings to scores of all movies. The twin of processing/release/fold_in.py.
export function inverse(matrix) {
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

const dot = (a, b) => a.reduce((sum, each, i) => sum + each * b[i], 0);

// The movies' arrays: `about` is fold-in.json, `bytes` factors.bin.
export function makeModel(about, bytes) {
  const values = new Int16Array(bytes);
  const n = about.n_movies;
  const column = (c, i) => values[c * n + i] * about.scales[c];
  const k = about.n_factors + 1;
  const loading = (i) => Array.from({ length: k }, (_, f) => (f === 0 ? 1 : column(f, i)));
  const average = (i) => about.global_mean + column(0, i) + dot(loading(i), about.mean);
  return { about, n, loading, average };
}

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
  const weights = mean.map((m, f) => m + gains.reduce((sum, gain, i) => sum + gain[f] * surprises[i], 0));
  return { weights, spread, gains, surprises };
}

export function recommend(model, votes, movies, ratings, most) {
  const { about } = model;
  const person = fold(model, movies, ratings);
  const moved = person.weights.map((weight, f) => weight - about.mean[f]);
  const rated = new Set(movies);
  const rows = [];
  for (let i = 0; i < model.n; i++) {
    if (rated.has(i) || votes[i] === 0) continue;
    const score = model.average(i) + dot(model.loading(i), moved);
    rows.push({ index: i, score, order: score - (about.order_z * about.deviation) / Math.sqrt(votes[i] + 1) });
  }
  rows.sort((a, b) => b.order - a.order || a.index - b.index);
  return rows.slice(0, most).map((row) => explain(model, person, movies, row));
}

function explain(model, person, movies, { index, score }) {
  const [low, high] = model.about.scale;
  const x = model.loading(index);
  const known = dot(x, person.spread.map((row) => dot(row, x)));
  const parts = movies.map((_, i) => dot(x, person.gains[i]) * person.surprises[i]);
  const order = parts.map((_, i) => i).sort((a, b) => parts[b] - parts[a]);
  return {
    index,
    score: Math.min(Math.max(score, low), high),
    error: Math.sqrt(known + model.about.noise_variance),
    reasons: order.filter((i) => parts[i] > 0).slice(0, 3),
  };
}
