"""The users of a release, for those who read it by programs."""

from dataclasses import dataclass

from app.model.opened import OpenedRelease, PageNotFoundError
from app.model.page import ReleasePage, SiteInfo
from processing.ids import Id


@dataclass(frozen=True, kw_only=True)
class UsersPage(ReleasePage):
    """A page of the users' ids, ascending; `n_users` counts all of them."""

    n_users: int
    page: int
    n_pages: int
    user_ids: tuple[Id, ...]


def users_page(opened: OpenedRelease, site: SiteInfo, page: int, per_page: int) -> UsersPage:
    """Return a page of the users' ids.

    Raises
    ------
    PageNotFoundError
        If there is no such page.
    """
    n_users = len(opened.release.user_ids)
    n_pages = max(1, -(-n_users // per_page))
    if page > n_pages:
        raise PageNotFoundError(f"The users fill {n_pages} page(s); there is no page {page}.")
    first = (page - 1) * per_page
    return UsersPage(
        title="Users",
        site=site,
        n_users=n_users,
        page=page,
        n_pages=n_pages,
        user_ids=tuple(
            opened.release.user_id(index) for index in range(first, min(first + per_page, n_users))
        ),
    )
