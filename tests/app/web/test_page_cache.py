"""Pages that were made lately."""

from app.web.page_cache import KeptPage, PageCache, _size


def key(name):
    return ("release", None, f"/{name}", True)


def made(size):
    return KeptPage(body=b"x" * size, headers=(), etag="e")


def room(*sizes):
    """Bytes of memory that pages of these sizes take together."""
    return sum(_size(key("a"), made(size)) for size in sizes)


def test_cache_when_full_then_what_was_not_asked_for_the_longest_goes():
    cache = PageCache(room(30, 30, 30))
    for name in ("a", "b", "c"):
        cache.keep(key(name), made(30))
    assert cache.find(key("a")) is not None
    cache.keep(key("d"), made(30))
    assert cache.find(key("b")) is None
    assert all(cache.find(key(name)) for name in ("a", "c", "d"))


def test_cache_when_a_key_is_kept_again_then_counted_once():
    cache = PageCache(room(60, 40))
    for _ in range(10):
        cache.keep(key("a"), made(60))
    assert cache.find(key("a")) == made(60)
    cache.keep(key("b"), made(40))
    assert cache.find(key("a")) is not None
    assert cache.find(key("b")) is not None


def test_cache_when_a_page_is_larger_than_all_room_then_not_kept_and_nothing_breaks():
    cache = PageCache(room(100))
    cache.keep(key("a"), made(101))
    assert cache.find(key("a")) is None
    cache.keep(key("b"), made(100))
    assert cache.find(key("b")) is not None


def test_cache_when_pages_are_small_and_their_addresses_long_then_the_addresses_count():
    cache = PageCache(100_000)
    for n in range(1000):
        cache.keep(key(f"{n}{'x' * 4000}"), made(10))
    assert sum(cache.find(key(f"{n}{'x' * 4000}")) is not None for n in range(1000)) < 25


def test_site_when_a_page_is_asked_for_again_then_the_same_bytes_without_a_read(app, monkeypatch):
    client = app.test_client()
    accept = {"Accept-Encoding": "gzip"}
    first = client.get("/users/7?sort=title", headers=accept)
    opened = app.extensions["current"].opened()
    monkeypatch.setattr(opened, "record", None)
    again = client.get("/users/7?sort=title", headers=accept)
    assert again.data == first.data
    assert again.headers["Content-Encoding"] == "gzip"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]


def test_site_when_a_page_fails_then_the_failure_is_not_kept(app):
    client = app.test_client()
    assert client.get("/users/99").status_code == 404
    assert client.get("/users/99").headers["Cache-Control"] == "no-store"
