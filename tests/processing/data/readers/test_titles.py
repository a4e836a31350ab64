import pytest

from processing.data.readers.titles import tidy_title


@pytest.mark.parametrize(
    ("text", "title", "year"),
    [
        ("Toy Story (1995)", "Toy Story", 1995),
        ("Matrix, The (1999)", "The Matrix", 1999),
        ("Enfer, L' (1994)", "L'Enfer", 1994),
        ("Single Girl, A (La Fille Seule) (1995)", "A Single Girl (La Fille Seule)", 1995),
        (
            "Professional, The (a.k.a. Leon: The Professional) (1994)",
            "The Professional (a.k.a. Leon: The Professional)",
            1994,
        ),
        (
            "Net, The (a.k.a. Big Web, The) (1995)",
            "The Net (a.k.a. The Big Web)",
            1995,
        ),
        ("Hate (Haine, La) (1995)", "Hate (La Haine)", 1995),
        ("Corrina, Corrina (1994)", "Corrina, Corrina", 1994),
        ("Two Friends (1986) ", "Two Friends", 1986),
        ("Associate, The (L'Associe)(1982)", "The Associate (L'Associe)", 1982),
        ("Land Before Time III (1995) (V)", "Land Before Time III", 1995),
        ("Death Note (2006–2007)", "Death Note", 2006),
        ("2001: A Space Odyssey", "2001: A Space Odyssey", None),
        ("unknown", "unknown", None),
        ("(1999)", "(1999)", None),
    ],
)
def test_tidy_title_when_written_for_sorting_then_reads_as_spoken(text, title, year):
    assert tidy_title(text) == (title, year)
