"""How days and periods are written; days in the browser too, by `app/static/words.js`."""

from datetime import date, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_EPOCH = date(1970, 1, 1)


def iso_day(day: int | None) -> str | None:
    """Write days since 1970-01-01 as an ISO date."""
    return None if day is None else (_EPOCH + timedelta(days=day)).isoformat()


def day_text(iso: str) -> str:
    """Write an ISO date or time as a day: 22 Nov 2026."""
    moment = date.fromisoformat(iso[:10])
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def period_label(first: str, firsts: tuple[str, ...]) -> str:
    """Name the period from the day `first` on as its kind is named: from 1990, 2004, Q3 2004 or
    Jul 2004.

    `firsts` are the first days of all periods, as ISO dates.
    """
    day = date.fromisoformat(first)
    months = {date.fromisoformat(each).month for each in firsts}
    if months == {1} and len(firsts) > 1:
        return str(day.year) if _gap(firsts[-2:]) <= 366 else f"from {day.year}"
    if months <= {1, 4, 7, 10} and _gap(firsts) > 31:
        return f"Q{(day.month + 2) // 3} {day.year}"
    return f"{MONTHS[day.month - 1]} {day.year}"


def _gap(firsts: tuple[str, ...]) -> int:
    """Days between the first two."""
    days = [date.fromisoformat(first).toordinal() for first in firsts[:2]]
    return days[-1] - days[0]
