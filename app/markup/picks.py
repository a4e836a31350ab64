"""Rows of a list of recommendations, as markup: what is predicted, why, and the full account.

Functions, not macros: a list of ten movies has more than a thousand values, which a template takes
five times as long to write. The browser writes the same rows: `app/static/markup.js`.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from flask import Flask
from markupsafe import Markup, escape

from app.languages import N_, gettext, ngettext, speech
from app.markup.filters import count
from app.markup.lists import facts, safe_url, star_row, tile, votes
from app.model.account import Account
from app.model.listing import ListPage
from app.model.opened import Movie
from app.model.recommendation import Recommendation
from app.model.scale import RatingScale

_KEPT_WORDS = 64  # languages, scales, and whose list it is
_BAR = '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
_TRACK = '<rect class="off" width="100" height="8"/>'
_NO_REASON_FOR_YOU = N_(
    "No one movie that you liked brings it here: all your ratings together do, and how many people "
    "have rated it."
)
_NO_REASON_FOR_THEM = N_(
    "No one movie that they liked brings it here: all their ratings together do, and how many "
    "people have rated it."
)
_ONE_REASON_FOR_YOU = N_("Because you liked %(movie)s.")
_ONE_REASON_FOR_THEM = N_("Because they liked %(movie)s.")
_SHARES_FOR_YOU = N_("Which of your ratings count most for %(movie)s")
_SHARES_FOR_THEM = N_("Which of their ratings count most for %(movie)s")
_REASONS_FOR_YOU = N_("Because you liked %(one)s and %(other)s.")
_REASONS_FOR_THEM = N_("Because they liked %(one)s and %(other)s.")


class _Words(NamedTuple):
    """What all rows of a list say, in the page's language: looked up once, not for each row."""

    rank: str
    no_reason: str
    one_reason: str
    two_reasons: str
    full_account: str
    predicted_of: str
    give_or_take: str
    everyone: str
    as_everyone: str
    more: str
    less: str
    account_caption: str
    account_head: str
    account_end: str
    share_caption: str
    share_head: str
    evidence: str
    error: str


def init_picks(app: Flask) -> None:
    """Give templates the functions of this module."""
    for function in (pick_items, share_bar):
        app.jinja_env.globals[function.__name__] = function


def pick_items(page: ListPage, user_query: str = "") -> Markup:
    """Write the recommendations of a page as items of a list.

    Their links go on with the user of `user_query`, such as "?user=7".
    """
    given = (page.recommendations, page.site.scale, not page.whom, page.usual_error)
    return Markup(rows(*given, user_query))


def rows(
    picks: Iterable[Recommendation],
    scale: RatingScale,
    for_you: bool,
    usual_error: str | None,
    user_query: str = "",
) -> str:
    """Write recommendations to whom they are for, or about them, as items of a list.

    How far a prediction is off is told where it is not `usual_error`, which the list says once.
    """
    words = _words(speech().language, for_you, scale)
    query = escape(user_query)
    return "".join([_row(pick, scale, words, usual_error, query) for pick in picks])


@lru_cache(maxsize=_KEPT_WORDS)
def _words(_language: str, for_you: bool, scale: RatingScale) -> _Words:
    head = _head(gettext("Part"), gettext("Stars"))
    return _Words(
        rank=gettext("Rank %(rank)s:"),
        no_reason=gettext(_NO_REASON_FOR_YOU if for_you else _NO_REASON_FOR_THEM),
        one_reason=gettext(_ONE_REASON_FOR_YOU if for_you else _ONE_REASON_FOR_THEM),
        two_reasons=gettext(_REASONS_FOR_YOU if for_you else _REASONS_FOR_THEM),
        full_account=gettext("The full account"),
        predicted_of=gettext("predicted, of %(high)s") % {"high": scale.rating_text(scale.high)},
        give_or_take=gettext("give or take"),
        everyone=gettext("everyone"),
        as_everyone=gettext("as everyone"),
        more=gettext("%(stars)s more than everyone"),
        less=gettext("%(stars)s less than everyone"),
        account_caption=gettext("What adds up to the stars predicted for %(movie)s"),
        account_head=head,
        account_end=gettext("Predicted"),
        share_caption=gettext(_SHARES_FOR_YOU if for_you else _SHARES_FOR_THEM),
        share_head=_head(gettext("Movie"), gettext("Share")),
        evidence=""
        if for_you
        else gettext(
            "%(percent)s %% of the %(n)s viewers who love %(title)s and rated this love it too."
        ),
        error=gettext("Predictions like this one are typically off by about %(stars)s stars."),
    )


def _row(
    pick: Recommendation, scale: RatingScale, words: _Words, usual_error: str | None, query: str
) -> str:
    movie, movie_id = pick.movie, pick.movie.movie_id
    title = escape(movie.title)
    href = safe_url(movie_id) + query
    return (
        f'<li class="pick" data-movie="{escape(movie_id)}" data-title="{title}" '
        f'data-year="{movie.year or ""}">\n'
        f'<span class="rank num" aria-hidden="true">{pick.rank}</span>\n'
        f"{tile(movie_id, movie.title)}\n"
        '<div class="what">\n'
        f'<h3><span class="unseen">{words.rank % {"rank": pick.rank}} </span>'
        f'<a href="{href}">{title}</a></h3>\n'
        f'<p class="meta">{facts(movie)}</p>\n</div>\n'
        f'<div class="how-much">\n{_how_much(pick, scale, words, usual_error)}\n</div>\n'
        f'<div class="why">\n<p>{_why(pick, words, query)}</p>\n'
        f"<details>\n<summary>{words.full_account}"
        f'<span class="unseen">: {title}</span></summary>\n'
        f"{_account(pick, scale, words, title)}</details>\n\n</div>\n</li>\n\n"
    )


def _how_much(
    pick: Recommendation, scale: RatingScale, words: _Words, usual_error: str | None
) -> str:
    """Write the stars predicted, what everyone gave, and the difference."""
    error = ""
    if pick.error is not None and (text := scale.score_text(pick.error)) != usual_error:
        error = (
            f' <span class="quiet num"><span class="unseen">, {words.give_or_take} </span>'
            f'<span aria-hidden="true">±</span>{text}</span>'
        )
    return (
        f'<p class="score">{star_row(pick.score, scale)} '
        f'<b class="num">{scale.predicted_text(pick.unclipped)}</b>'
        f'<span class="unseen"> {words.predicted_of}</span>{error}</p>\n'
        f'<p class="meta">{_crowd(pick.movie, scale, words)}</p>{_gap(pick, scale, words)}'
    )


def _gap(pick: Recommendation, scale: RatingScale, words: _Words) -> str:
    if pick.difference is None:
        return ""
    stars = scale.difference_text(pick.difference)
    if stars is None:
        return f'\n<p class="meta">{words.as_everyone}</p>'
    sign, text = ("up", words.more) if pick.difference > 0 else ("down", words.less)
    return f'\n<p class="meta difference num {sign}">{text % {"stars": stars}}</p>'


def _crowd(movie: Movie, scale: RatingScale, words: _Words) -> str:
    if movie.mean is None:
        return gettext("no votes yet")
    return (
        f'{words.everyone} <span class="num">{scale.score_text(movie.mean)}</span>'
        f'<span class="dot"> · </span>{votes(movie)}'
    )


def _why(pick: Recommendation, words: _Words, query: str) -> str:
    """Write the sentence that says why a movie is listed."""
    named = [
        f'<a href="{safe_url(reason.movie_id)}{query}"><cite>{escape(reason.title)}</cite></a>'
        for reason in pick.reasons
    ]
    if not named:
        return words.no_reason
    if len(named) == 1:
        return words.one_reason % {"movie": named[0]}
    return words.two_reasons % {"one": named[0], "other": named[1]}


def _account(pick: Recommendation, scale: RatingScale, words: _Words, title: str) -> str:
    """Write what stands behind a recommendation: its account, its reasons, and sentences."""
    assert pick.account is not None
    movie = f"<cite>{title}</cite>"
    table = _account_table(pick.account, scale, words, movie)
    shares = _share_table(pick, words, movie) if pick.reasons else ""
    return f"{table}{shares}{_told(pick, scale, words)}"


def _account_table(account: Account, scale: RatingScale, words: _Words, movie: str) -> str:
    """Write an account as a table, each bar beginning where the one before it ends."""
    bars = []
    for step in account.steps:
        part = step.part
        sign = "up" if part.stars > 0 else "down"
        bars.append(
            f'<tr><th scope="row">{escape(part.label)}</th><td>{_BAR}{_TRACK}'
            f'<rect class="{sign}" x="{step.left}" width="{step.width}" height="8"/></svg></td>'
            f'<td class="num {sign}">{scale.part_text(part.stars)}</td></tr>\n'
        )
    return (
        f'<table class="bars account">\n'
        f"<caption>{words.account_caption % {'movie': movie}}</caption>\n"
        f"{words.account_head}<tbody>\n"
        f'<tr><th scope="row">{account.start_label}</th><td></td>'
        f'<td class="num">{scale.exact_text(account.start)}</td></tr>\n'
        f"{''.join(bars)}</tbody>\n"
        f'<tfoot><tr><th scope="row">{words.account_end}</th><td></td>'
        f'<td class="num">{scale.exact_text(account.score)}</td></tr></tfoot>\n</table>'
    )


def _share_table(pick: Recommendation, words: _Words, movie: str) -> str:
    """Write what each movie that was liked adds to a recommendation's being listed as a table."""
    shares = [
        f'<tr><th scope="row">{escape(reason.title)}</th><td>{share_bar(reason.share)}</td>'
        f'<td class="num">{reason.percent} %</td></tr>\n'
        for reason in pick.reasons
    ]
    return (
        f'<table class="bars">\n<caption>{words.share_caption % {"movie": movie}}</caption>\n'
        f"{words.share_head}<tbody>\n{''.join(shares)}</tbody>\n</table>"
    )


def _told(pick: Recommendation, scale: RatingScale, words: _Words) -> str:
    """Write what stands behind a recommendation as sentences."""
    assert pick.account is not None
    told: list[str] = []
    for each in pick.account.evidence if words.evidence else ():
        title = f"<cite>{escape(each.title)}</cite>"
        told.append(words.evidence % {"percent": each.percent, "n": count(each.n), "title": title})
    if pick.alike:
        sentence = ngettext(
            "One of the viewers most like them rated it %(stars)s.",
            "%(n)s of the viewers most like them rated it %(stars)s on average.",
            pick.alike.n,
        )
        mean = scale.score_text(pick.alike.mean)
        told.append(sentence % {"n": count(pick.alike.n), "stars": mean})
    if pick.error is not None:
        told.append(words.error % {"stars": scale.score_text(pick.error)})
    return "".join([f'<p class="told">{sentence}</p>\n' for sentence in told])


def _head(first: str, last: str) -> str:
    columns = "".join(f'<th scope="col">{name}</th>' for name in (first, gettext("Bar"), last))
    return f'<thead class="unseen"><tr>{columns}</tr></thead>\n'


def share_bar(share: float) -> Markup:
    """Draw a bar that is filled as far as a share, 0 to 1."""
    return Markup(f'{_BAR}{_TRACK}<rect class="on" width="{100 * share:.1f}" height="8"/></svg>')
