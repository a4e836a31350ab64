"""Cards: what others see of a page that is shared, as PNG of 1200 by 630."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw

from app.cards.letters import covers, fitted, font, write
from app.cards.tiles import Colour, draw_tile
from app.model.opened import Movie
from app.model.scale import STAR_WIDTH, RatingScale

WIDTH, HEIGHT = 1200, 630
MOST_MOVIES = 5
_PAPER: Colour = (250, 247, 242)  # colours of the light theme, as in site.css
_INK: Colour = (33, 29, 24)
_QUIET: Colour = (101, 93, 82)
_STAR: Colour = (194, 124, 10)
_STAR_OFF: Colour = (230, 221, 205)
_MARGIN = 72
_GAP = 24
_FINER = 4
_STAR_POINTS = (
    (10, 1.8),
    (12.2, 7.67),
    (18.46, 7.95),
    (13.57, 11.86),
    (15.23, 17.9),
    (10, 14.45),
    (4.77, 17.9),
    (6.43, 11.86),
    (1.54, 7.95),
    (7.8, 7.67),
)


def movie_card(movie: Movie, scale: RatingScale, votes: str, site_name: str) -> bytes:
    """Draw a movie: its tile, title, year and genres, and what everyone gave it.

    `votes` says in words of how many ratings the mean is.
    """
    card = _blank(site_name)
    draw = ImageDraw.Draw(card)
    tile = draw_tile(movie.movie_id, movie.title, 324)
    card.paste(tile, (_MARGIN, _MARGIN), tile)
    left = _MARGIN + tile.width + 64
    width = WIDTH - _MARGIN - left
    title = fitted(movie.title, "bold", 76, width, 3) if covers(movie.title) else []
    facts = " · ".join(([str(movie.year)] if movie.year else []) + list(movie.genres[:3]))
    about = fitted(facts, "regular", 34, width, 1) if facts and covers(facts) else []
    stars = 0 if movie.mean is None else 150
    height = sum(line.height for line in (*title, *about)) + 16 + stars
    y = write(draw, title, (left, max(_MARGIN, (HEIGHT - 40 - height) // 2)), _INK)
    y = write(draw, about, (left, y + 16), _QUIET)
    if movie.mean is not None:
        _verdict(card, (left, y + 40), movie.mean, scale, votes)
    return _png(card)


def list_card(title: str, told: str, movies: Sequence[Movie], site_name: str) -> bytes:
    """Draw a list: what it is, a line about it, and the tiles of its first five movies."""
    card = _blank(site_name)
    draw = ImageDraw.Draw(card)
    whole = WIDTH - 2 * _MARGIN
    heading = fitted(title, "bold", 60, whole, 1) if covers(title) else []
    about = fitted(told, "regular", 32, whole, 1) if covers(told) else []
    y = write(draw, heading, (_MARGIN, 50), _INK)
    write(draw, about, (_MARGIN, y), _QUIET)
    width = (whole - (MOST_MOVIES - 1) * _GAP) // MOST_MOVIES
    for place, movie in enumerate(movies[:MOST_MOVIES]):
        tile = draw_tile(movie.movie_id, movie.title, width)
        card.paste(tile, (_MARGIN + place * (width + _GAP), 208), tile)
    return _png(card)


def words_card(title: str, movies: Sequence[Movie], site_name: str) -> bytes:
    """Draw a page of words: its title, beside the tiles of three movies."""
    card = _blank(site_name)
    draw = ImageDraw.Draw(card)
    lines = fitted(title, "bold", 72, 560, 5)
    height = sum(line.height for line in lines)
    write(draw, lines, (_MARGIN, (HEIGHT - 40 - height) // 2), _INK)
    fan = ((1, 8, 4, 92), (2, 176, -4, 92), (0, 92, 0, 72))  # the middle one is in front
    for place, x, degrees, y in fan:
        if place < len(movies):
            title = "" if degrees else movies[place].title  # half a title says nothing
            tile = draw_tile(movies[place].movie_id, title, 264)
            turned = tile.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
            card.paste(turned, (672 + x, y), turned)
    return _png(card)


def _blank(site_name: str) -> Image.Image:
    """A card with the site's name in its corner."""
    card = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    if covers(site_name):
        using = font("regular", 26)
        right, base = WIDTH - _MARGIN, HEIGHT - 40
        ImageDraw.Draw(card).text((right, base), site_name, _QUIET, using, anchor="rs")
        star = _star_row(1, 26)
        left = right - round(using.getlength(site_name)) - 36
        card.paste(_STAR, (left, base - 22), star)
    return card


def _verdict(
    card: Image.Image, place: tuple[int, int], mean: float, scale: RatingScale, votes: str
) -> None:
    """Stars as far as everyone's mean fills them, the mean, and of how many ratings."""
    x, y = place
    size = min(48, 480 // scale.n_stars)
    row = _star_row(scale.n_stars, size)
    middle = y + 36
    card.paste(_STAR_OFF, (x, middle - size // 2), row)
    filled = round(row.width * scale.filled(mean) / scale.row_width)
    on = row.crop((0, 0, filled, row.height))
    card.paste(_STAR, (x, middle - size // 2), on)
    draw = ImageDraw.Draw(card)
    mean_at = (x + row.width + 20, middle + 20)
    draw.text(mean_at, scale.score_text(mean), _INK, font("bold", 60), anchor="ls")
    if covers(votes):
        write(draw, fitted(votes, "regular", 30, WIDTH - _MARGIN - x, 1), (x, middle + 36), _QUIET)


def _star_row(n: int, size: int) -> Image.Image:
    """The shape of `n` stars side by side, each as wide and high as `size`."""
    unit = size * _FINER / STAR_WIDTH
    mask = Image.new("L", (n * size * _FINER, size * _FINER), 0)
    draw = ImageDraw.Draw(mask)
    for star in range(n):
        left = star * STAR_WIDTH
        draw.polygon([((x + left) * unit, y * unit) for x, y in _STAR_POINTS], fill=255)
    return mask.resize((n * size, size), Image.Resampling.LANCZOS)


def _png(card: Image.Image) -> bytes:
    file = BytesIO()
    card.save(file, "PNG")
    return file.getvalue()
