"""In the browser the office runs as it does for people: forms are protected, an error is a page."""

from typing import Any

import pytest


@pytest.fixture
def settings() -> dict[str, Any]:
    return {}
