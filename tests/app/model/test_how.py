"""How this works: what is said of the data, the models and the release is what they are."""

from tests.app.html import text, texts
from tests.app.sample import SOURCE


def test_how_page_when_opened_then_tells_data_models_errors_and_release(show, client):
    page = show("/how")
    told = text(page.main)
    assert f"{SOURCE.n_ratings} ratings" in told
    assert SOURCE.name in told
    assert client.get("/how.json").json["site"]["release_id"] in told
    rows = {text(row.th): texts(row.find_all("td")) for row in page.select("tbody tr")}
    models = {row["model"]: row for row in client.get("/report.json").json["models"]}
    for label, model in (("Always the mean", "mean"), ("What this site shows", "ensemble")):
        assert rows[label] == [f"{models[model][name]:.3f}" for name in ("rmse", "mae")]
    best = min(
        (row for name, row in models.items() if name not in ("ensemble", "blend", "mean")),
        key=lambda row: row["rmse"],
    )
    assert rows[f"The best single model, {best['label']}"][0] == f"{best['rmse']:.3f}"


def test_how_page_when_opened_then_says_what_a_star_means_and_what_cannot_be_known(show):
    headings = texts(show("/how").main.find_all("h2"))
    assert headings == [
        "What a predicted star means",
        "The data",
        "The models",
        "How a list is ordered",
        "Lists for visitors",
        "What it cannot know",
    ]
