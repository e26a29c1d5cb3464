"""The commands as a script calls them, and an office set up by them."""

import json

import pytest


@pytest.fixture
def ask(command):
    """Run a command with --json: the object it prints, once its exit status is as expected."""

    def run(*arguments, status=0):
        result = command(*[str(argument) for argument in arguments], "--json")
        assert result.exit_code == status, result.output
        return json.loads(result.stdout.strip().splitlines()[-1])

    return run


@pytest.fixture
def roster(ask, samples):
    return ask("import", "roster", samples / "业主台账.xlsx")


@pytest.fixture
def arrears(ask, samples, roster):
    return ask("import", "arrears", samples / "欠费台账.csv")
