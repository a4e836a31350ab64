"""The texts of a rating scale in the browser against those of the server."""

import numpy as np
import pytest

from app.languages import NAMES, Speech, speaking
from app.model.scale import RatingScale
from tests.app.scripts import SCALES, run_scripts

WRITE_ALL = """({ RatingScale }, { scale: given, values, levels }) => {
  const scale = new RatingScale(given);
  return {
    scores: values.map((value) => scale.scoreText(value)),
    predicted: values.map((value) => scale.predictedText(value)),
    gaps: values.map((value) => scale.differenceText(value)),
    filled: values.map((value) => scale.filled(value)),
    ratings: levels.map((value) => scale.ratingText(value)),
    width: scale.rowWidth,
  };
}"""


@pytest.mark.parametrize("language", NAMES)
@pytest.mark.parametrize("ends", SCALES)
def test_scale_when_it_writes_then_as_the_site_writes(ends, language):
    low, high, step = ends
    scale = RatingScale(low=low, high=high, step=step)
    levels = [*np.arange(low, high + step / 2, step).tolist(), *scale.choices]
    values = [*levels, *np.random.default_rng(5).uniform(low - 1, high + 1, 300).tolist()]
    values += np.linspace(-0.3, 0.3, 25).tolist() + (np.arange(-20, 20) / 8).tolist()
    given = {"scale": ends, "values": values, "levels": levels}
    found = run_scripts(["scale.js"], WRITE_ALL, given, language)
    with speaking(Speech(language)):
        assert found == {
            "scores": [scale.score_text(value) for value in values],
            "predicted": [scale.predicted_text(value) for value in values],
            "gaps": [scale.difference_text(value) or "" for value in values],
            "filled": [str(float(scale.filled(value))) for value in values],
            "ratings": [scale.rating_text(value) for value in levels],
            "width": scale.row_width,
        }
