"""The app behind the server an office runs, on a free port of this machine only."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread

import pytest
import waitress
from flask import Flask
from waitress import wasyncore


@dataclass(frozen=True)
class LiveServer:
    url: str
    app: Flask


@pytest.fixture
def live_server(app: Flask) -> Iterator[LiveServer]:
    """The test's app, served by waitress in threads of this process."""
    with serving(app) as url:
        yield LiveServer(url, app)


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of `app` while the block runs."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=4)
    thread = Thread(target=server.run, name="waitress")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        # The loop ends when nothing is left to listen to; closing is done in its own thread.
        server.trigger.pull_trigger(lambda: wasyncore.close_all(server._map))
        thread.join(10)
        server.task_dispatcher.shutdown()
        assert not thread.is_alive(), "the server did not stop"
