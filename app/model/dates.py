"""How days and periods are written; days in the browser too, by `app/static/words.js`."""

from datetime import date, timedelta

from app.languages import gettext, speech

MONTHS = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.".split(),
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.".split(),
}
_DAYS = {"en": "{}", "de": "{}.", "fr": "{}"}
_EPOCH = date(1970, 1, 1)


def iso_day(day: int | None) -> str | None:
    """Write days since 1970-01-01 as an ISO date."""
    return None if day is None else (_EPOCH + timedelta(days=day)).isoformat()


def day_text(iso: str) -> str:
    """Write an ISO date or time as a day: 22 Nov 2026."""
    moment = date.fromisoformat(iso[:10])
    day = _DAYS[speech().language].format(moment.day)
    return f"{day} {_month_text(moment)}"


def period_label(first: str, firsts: tuple[str, ...]) -> str:
    """Name the period from the day `first` on as its kind is named: from 1990, 2004, Q3 2004 or
    Jul 2004.

    `firsts` are the first days of all periods, as ISO dates.
    """
    day = date.fromisoformat(first)
    months = {date.fromisoformat(each).month for each in firsts}
    if months == {1} and len(firsts) > 1:
        is_open = _gap(firsts[-2:]) > 366
        return gettext("from %(year)s") % {"year": day.year} if is_open else str(day.year)
    if months <= {1, 4, 7, 10} and _gap(firsts) > 31:
        quarter = (day.month + 2) // 3
        return gettext("Q%(quarter)s %(year)s") % {"quarter": quarter, "year": day.year}
    return _month_text(day)


def _month_text(day: date) -> str:
    return f"{MONTHS[speech().language][day.month - 1]} {day.year}"


def _gap(firsts: tuple[str, ...]) -> int:
    """Days between the first two."""
    days = [date.fromisoformat(first).toordinal() for first in firsts[:2]]
    return days[-1] - days[0]
