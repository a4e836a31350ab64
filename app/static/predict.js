// What the visitor would give a movie, from what they rated on this device.
import { ratings } from "./films.js";
import { makeModel, scores } from "./fold-in.js";
import { RatingScale } from "./scale.js";
import { localTitles } from "./titles.js";
import { t } from "./words.js";

const FILES = ["/offline/fold-in.json", "/offline/factors.bin"];

/** @type {Promise<{ model: FoldingModel, places: Map<string, number> }> | null} */
let loading = null;

function load() {
  loading ??= fetchModel().catch((error) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function fetchModel() {
  const [catalogue, about, factors] = await Promise.all([localTitles(), ...FILES.map((file) => fetch(file))]);
  if (!about.ok || !factors.ok) throw new Error(`${FILES} answered ${about.status}, ${factors.status}.`);
  const model = makeModel(await about.json(), await factors.arrayBuffer());
  if (catalogue.release_id !== model.about.release_id) throw new Error("The titles are of another release.");
  return { model, places: new Map(catalogue.movie_ids.map((id, index) => [`${id}`, index])) };
}

/**
 * Fills each place with what the visitor would give its movie: with nothing while they rated nothing, or
 * this one. What it takes is fetched when there is a rating.
 * @param {{ id: string, place: HTMLElement }[]} shown
 */
export async function predict(shown) {
  const given = ratings();
  if (Object.keys(given).length === 0) return shown.forEach(({ place }) => place.replaceChildren());
  const { model, places } = await load();
  const scale = new RatingScale(model.about.scale);
  const rated = Object.keys(given).flatMap((id) => places.get(id) ?? []);
  const known = Object.keys(given).filter((id) => places.has(id));
  const asked = shown.filter(({ id }) => places.has(id) && !(id in given));
  const stars = known.map((id) => scale.clipped(given[id]));
  const found = scores(model, rated, stars, asked.map(({ id }) => Number(places.get(id))));
  for (const { place } of shown) place.replaceChildren();
  found.forEach(({ score, error }, k) => {
    const told = { stars: scale.scoreText(scale.clipped(score)), error: scale.scoreText(error) };
    asked[k].place.textContent = asked[k].place.matches(".grid *")
      ? t("You: {stars} ± {error}", told)
      : t("You would give it {stars}, give or take {error}.", told);
  });
}
