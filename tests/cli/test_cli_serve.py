"""`coach serve` hands the parts, ready, to the page. The page itself is tested in a browser."""

import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from click.testing import Result

from coach.errors import SetupError
from coach.wiring import Coach

Run = Callable[..., Result]


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Coach]:
    """Stands in for the page, which takes seconds to import; holds what was served."""
    calls: list[Coach] = []

    def serve(coach: Coach) -> None:
        if coach.settings.port == 1:
            raise SetupError("Port 1 is taken.")
        calls.append(coach)

    page = ModuleType("coach.web.server")
    vars(page)["serve"] = serve  # a stand-in has what it is given
    monkeypatch.setitem(sys.modules, "coach.web.server", page)
    return calls


def test_as_the_settings_say(run: Run, coach: Coach, served: list[Coach]) -> None:
    assert run("serve").exit_code == 0
    assert served == [coach]


def test_options_stand_above_the_settings(run_bare: Run, served: list[Coach], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COACH_PORT", "7000")
    monkeypatch.setenv("COACH_EMBEDDINGS", "lexical")
    result = run_bare("serve", "--host", "::1", "--port", "7001")
    assert result.exit_code == 0
    [coach] = served
    assert (coach.settings.host, coach.settings.port) == ("::1", 7001)
    assert coach.index_is_current()
    assert "Built the search index" in result.stderr
    assert run_bare("serve").stderr == ""
    assert served[1].settings.port == 7000


@pytest.mark.parametrize(("port", "code"), [("0", 2), ("65536", 2), ("x", 2), ("1", 5)])
def test_a_port_that_can_not_be_served_on(
        run_bare: Run, served: list[Coach], monkeypatch: pytest.MonkeyPatch, port: str, code: int) -> None:
    monkeypatch.setenv("COACH_EMBEDDINGS", "lexical")
    assert run_bare("serve", "--port", port).exit_code == code
    assert served == []
