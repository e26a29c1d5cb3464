"""A real browser, Debian's Chromium, on the pages as the server gives them.

A page is watched while a test uses it: an error in its console, an answer of 5xx or a request that leaves
this machine fails the test. When a test fails, a picture of the page is in its temporary folder.
"""

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

from tests.support.server import LiveServer

FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
DESKTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
PATIENCE = 10_000  # milliseconds for one step

FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """This worker's browser."""
    names = ("chromium", "chromium-browser", "google-chrome")
    executable = next(filter(None, map(shutil.which, names)), None)
    if executable is None:
        raise FileNotFoundError("Chromium is not installed: run tools/system-needs")
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []  # its sandbox refuses root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=[*FLAGS, *as_root])
        yield browser
        browser.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture
def page(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page at a clerk's desk; `page.goto("/")` opens the test's own app."""
    with watched(browser, live_server.url, **DESKTOP) as page:
        yield page
        _picture_of_failure(request, page)


@pytest.fixture
def phone(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """A page on an owner's phone, signed in apart from `page`."""
    with watched(browser, live_server.url, **PHONE) as phone:
        yield phone
        _picture_of_failure(request, phone)


def _picture_of_failure(request: pytest.FixtureRequest, page: Page) -> None:
    if request.node.stash.get(FAILED, False):
        folder: Path = request.getfixturevalue("tmp_path")
        page.screenshot(path=folder / f"{request.fixturename}.png", full_page=True)


@contextmanager
def watched(browser: Browser, url: str, *, locale: str = "zh-CN", **device: Any) -> Iterator[Page]:
    """A new page whose mishaps fail the block at its end."""
    mishaps: list[str] = []
    with browser.new_context(base_url=url, locale=locale, timezone_id="Asia/Shanghai", **device) as context:
        context.set_default_timeout(PATIENCE)
        context.on("weberror", lambda error: mishaps.append(f"error in the page: {error.error}"))
        context.on("console", lambda message: mishaps.extend(_complaint(message)))
        context.on("request", lambda request: mishaps.extend(_departure(request)))
        context.on("response", lambda response: mishaps.extend(_failure(response)))
        yield context.new_page()
    assert not mishaps, "\n".join(mishaps)


def _complaint(message: ConsoleMessage) -> Iterator[str]:
    # Chromium also writes every answer of 4xx there; those are judged by `_failure`.
    if message.type == "error" and not message.text.startswith("Failed to load resource"):
        yield f"console: {message.text}"


def _departure(request: Request) -> Iterator[str]:
    address = urlsplit(request.url)
    if address.scheme in ("http", "https") and address.hostname != "127.0.0.1":
        yield f"left this machine: {request.url}"


def _failure(response: Response) -> Iterator[str]:
    """A page may say 403 or 404 to a person, but what a page is made of must be there."""
    made_of = response.request.resource_type in ("stylesheet", "script", "image", "font")
    if response.status >= (400 if made_of else 500):
        yield f"{response.status} {response.url}"
