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


def test_footer_when_any_page_is_shown_then_release_and_day_are_named(show, client):
    site = client.get("/index.json").json["site"]
    for path in ("/", "/users/7", "/movies/3", "/rate", "/how", "/search?q=a", "/mine", "/saved"):
        footer = show(path).footer
        assert text(footer.select_one(".release")) == site["release_id"]
        assert footer.select_one("#release-date")["datetime"] == site["created_utc"]


def test_page_when_shared_then_its_title_words_and_address_are_there_for_it(client, show):
    page = show("/users/7?sort=gap")
    shared = {tag["property"]: tag["content"] for tag in page.find_all("meta", property=True)}
    assert shared["og:title"] == text(page.title)
    assert shared["og:url"] == "http://localhost/users/7?sort=gap"
    assert shared["og:description"] == page.find("meta", attrs={"name": "description"})["content"]
