// What the server sends to the site's scripts, and what they hand to each other.

/** Of a user or a movie. */
type Id = number | string;

/** The catalogue as columns: /offline/titles.json. */
interface Titles {
  release_id: string;
  set_key: string;
  created_utc: string;
  movie_ids: Id[];
  titles: string[];
  years: (number | null)[];
  genres: string[][];
  votes: number[];
  means: (number | null)[];
}

/** The titles, and what a search compares words with; all by movie index. */
interface TitleIndex extends Titles {
  plain: string[];
  joined: string[];
  words: string[][];
}

interface FoundTitle {
  movie_id: Id;
  title: string;
  year: number | null;
}

/** The prior of folding in, and how the columns of the factors are scaled: /offline/fold-in.json. */
interface FoldInData {
  release_id: string;
  global_mean: number;
  scale: [low: number, high: number, step: number];
  n_movies: number;
  n_factors: number;
  scales: number[];
  mean: number[];
  covariance: number[][];
  noise_variance: number;
  ask: Id[];
}

interface FoldingModel {
  about: FoldInData;
  loading(index: number): number[];
  average(index: number): number;
}

/** What orders lists, but for the weights, and how many of these there are: /offline/ranking.json. */
interface RankingData {
  release_id: string;
  scale: [low: number, high: number, step: number];
  neutral: number;
  popularity: [n: number, weight: number][];
  like: number;
  known_weight: number;
  n_movies: number;
  n_weights: number;
  n_near: number;
}

/** Makes an array of some bytes. */
interface ViewOf<Kind> {
  new (bytes: ArrayBuffer, at: number, length: number): Kind;
}

/** Which movies a rated one speaks for, by how much each of these, and which are near to it. */
interface Ranking {
  about: RankingData;
  movies(rated: number): Uint16Array | Uint32Array;
  weight(rated: number, place: number): number;
  evident(rated: number, place: number): boolean;
  near(movie: number): Uint16Array | Uint32Array;
}

/** A movie that is listed, by index; `reasons` are places in the visitor's ratings, with their shares. */
interface Ranked {
  index: number;
  order: number;
  reasons: { place: number; share: number }[];
}

/** What is known of a visitor by their ratings: how far their weights are from the prior's mean, the weights'
 * covariance, and what they would give any movie, by index, and why. */
interface FoldedIn {
  moved: number[];
  spread: number[][];
  score(index: number): number;
  error(index: number): number;
  parts(index: number): number[];
}

/** Stars by movie id, as they are kept on the device. */
type Ratings = Record<string, number>;

/** Movies are put aside from lists ("hidden"), or to be watched ("saved"), or have been ("seen"). */
type Mark = "saved" | "hidden" | "seen";

/** A film that is kept on the device; `ids` are by set of data, `scale` is that of its rating. */
interface Film {
  title: string;
  year: number | null;
  ids: Record<string, Id>;
  rating?: number;
  scale?: number[];
  mark?: Mark;
  at: string;
}

interface Movie {
  movie_id: Id;
  title: string;
  year: number | null;
  genres: string[];
  votes: number;
  mean: number | null;
}

interface Reason {
  movie_id: Id;
  title: string;
}

/** A movie that speaks for another, with its share of all that does. */
interface Speaking extends Reason {
  share: number;
}

/** How a score comes about: `start` and the stars of all parts sum to `score`, to the hundredth. */
interface Account {
  start: number;
  parts: { label: string; stars: number }[];
  score: number;
}

/** A row of a list. */
interface Recommendation {
  rank: number;
  movie: Movie;
  score: number;
  unclipped: number;
  error: number;
  reasons: Speaking[];
  account: Account;
}

/** What an address asks of a list; a bound that is null is none. */
interface Choice {
  known: string | null;
  sort: string;
  genre: string | null;
  from: number | null;
  to: number | null;
  votes: number | null;
  score_from: number | null;
  score_to: number | null;
  mean_from: number | null;
  mean_to: number | null;
  per_page: number;
  page: number;
}

/** A list that is kept on the device: which of its pages are, and of which release. */
interface KeptList {
  list: string;
  title: string;
  release: string;
  at: string;
  of: number;
  urls: string[];
}
