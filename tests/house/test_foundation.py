"""What every other test leans on, tested itself."""

from collections.abc import Callable
from urllib.error import URLError
from urllib.request import urlopen

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask, g
from playwright.sync_api import Browser
from sqlalchemy.orm import Session

from tests.support.browser import watched
from tests.support.office import Visitor
from tests.support.postgres import Server
from tests.support.server import serving

HELLO = "<!doctype html><title>千分一</title><link rel=icon href='data:,'><p>你好</p>"


def test_two_databases_of_one_server_share_nothing(postgres_server: Server) -> None:
    names = [postgres_server.create(), postgres_server.create()]
    engines = [sa.create_engine(postgres_server.url(name), poolclass=sa.NullPool) for name in names]
    with engines[0].begin() as first:
        first.execute(sa.text("CREATE TABLE only_here (id bigint)"))
    with engines[1].connect() as second:
        assert sa.inspect(second).get_table_names() == []
    for name in names:
        postgres_server.drop(name)


def test_the_office_is_an_ordinary_role_on_a_server_that_keeps_its_promises(postgres_server: Server) -> None:
    name = postgres_server.create()
    with sa.create_engine(postgres_server.url(name), poolclass=sa.NullPool).connect() as connection:
        assert connection.scalar(sa.text("SHOW is_superuser")) == "off"
        assert connection.scalar(sa.text("SHOW fsync")) == "on"
        assert connection.scalar(sa.text("SHOW server_encoding")) == "UTF8"
    postgres_server.drop(name)


def test_a_fresh_database_has_every_table(session: Session) -> None:
    from billing.extensions import db

    made = set(sa.inspect(session.connection()).get_table_names())
    assert db.metadata.tables.keys() - made == set()


def test_a_command_runs_as_from_a_shell(command: Callable[..., Result]) -> None:
    result = command("--help")
    assert result.exit_code == 0, result.output
    assert "db" in result.stdout


def test_a_request_does_not_see_the_tests_own_context() -> None:
    app = Flask("plain")
    app.test_client_class = Visitor
    app.add_url_rule("/", view_func=lambda: {"seen": hasattr(g, "mine")})
    with app.app_context():
        g.mine = True
        assert app.test_client().get("/").json == {"seen": False}


def test_the_server_answers_and_stops() -> None:
    with serving(_plain(HELLO)) as url, urlopen(url) as answer:
        assert answer.read().decode() == HELLO
    with pytest.raises(URLError, match="refused"):
        urlopen(url)


def test_a_browser_shows_chinese(browser: Browser) -> None:
    with serving(_plain(HELLO)) as url, watched(browser, url) as page:
        page.goto("/")
        assert page.title() == "千分一"
        assert page.get_by_text("你好").is_visible()
        assert page.evaluate("navigator.language") == "zh-CN"


@pytest.mark.parametrize(
    ("body", "mishap"),
    [
        ("<script>throw new Error('broken')</script>", "error in the page"),
        ("<script>console.error('unhappy')</script>", "console: unhappy"),
        ("<script src='https://cdn.example/lib.js'></script>", "left this machine"),
        ("<script src='/missing.js'></script>", "404"),
    ],
    ids=["error", "complaint", "departure", "missing"],
)
def test_a_mishap_on_a_page_fails_the_test(browser: Browser, body: str, mishap: str) -> None:
    with (
        serving(_plain(HELLO + body)) as url,
        pytest.raises(AssertionError, match=mishap),
        watched(browser, url) as page,
    ):
        page.goto("/")


def test_a_skipped_test_fails(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        test_by_mark="import pytest\n@pytest.mark.skip(reason='later')\ndef test_it(): ...",
        test_by_call="import pytest\ndef test_it(): pytest.skip('not here')",
        test_by_import="import pytest\npytest.importorskip('no_such_module')",
    )
    result = pytester.runpytest("-p", "tests.support.nothing_skipped", "--continue-on-collection-errors")
    result.assert_outcomes(failed=1, errors=2)


def _plain(page: str) -> Flask:
    app = Flask("plain", static_folder=None)
    app.add_url_rule("/", view_func=lambda: page)
    return app
