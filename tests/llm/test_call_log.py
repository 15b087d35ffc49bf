"""What is logged of the calls to a model: figures, words only where asked for, and never a key."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from pydantic import BaseModel

from coach.cli.logs import set_up_log
from coach.errors import ModelError
from coach.llm.chat import ask_for, ask_for_text, make_chat_model
from coach.settings import Log, Settings, Task, load_settings
from tests.fake_endpoint import KEY, Act, Endpoint, Handler, breaks_off, calls_tool, echoes_the_request, fails, says, serving

SAID = "Reuter lost everything, \x1b[31mhe says"
ANSWERED = '{"colour": "teal"}'
Asked = Callable[[Act, Log], str]
_LINE = re.compile(
    r"\S+ \S+ coach\.llm task=judge model=small seconds=\d+\.\d\d outcome=(\w+) sent=(\d+) received=(\d+) characters")


class Light(BaseModel):
    """An answer with a schema."""

    colour: str


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    with serving() as served:
        for name, value in {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": served.url, "COACH_MODEL": "small",
                            "COACH_MODEL_RETRIES": "0", "COACH_MASK_NAMES": "Reuter"}.items():
            monkeypatch.setenv(name, value)
        yield served


@pytest.fixture
def asked(endpoint: Endpoint, capfd: pytest.CaptureFixture[str]) -> Iterator[Asked]:
    """Asks for a text and for a value of an endpoint that does so; gives what stands on stderr then."""

    def ask(act: Act, log: Log) -> str:
        endpoint.acts = [act]
        settings = load_settings().model_copy(update={"log": log})
        set_up_log(settings)
        model = make_chat_model(settings, Task.JUDGE)
        with suppress(ModelError):
            list(ask_for_text(model, SAID))
        with suppress(ModelError):
            ask_for(model, SAID, Light)
        out, err = capfd.readouterr()
        assert out == ""
        assert KEY not in f"{err} {model!r} {model} {settings!r} {settings}"
        return err

    yield ask
    set_up_log(Settings())


def by_tool(handler: Handler, body: dict[str, Any]) -> None:
    (calls_tool(ANSWERED) if body.get("tools") else says("No."))(handler, body)


@pytest.mark.parametrize(("act", "outcome"), [
    (says(ANSWERED), "ok"), (by_tool, r"ok|ValidationError"), (says(""), "empty"), (fails(503), r"\w*Error"),
    (echoes_the_request, r"\w*Error"), (breaks_off, r"\w*Error")],
    ids=["well", "by a tool", "empty", "broken", "echoes", "breaks off"])
def test_figures_alone(asked: Asked, endpoint: Endpoint, act: Act, outcome: str) -> None:
    told = asked(act, Log.CALLS)
    found = [_LINE.fullmatch(line) for line in told.splitlines()]
    assert len(found) == len(endpoint.asked) >= 2
    for one in found:
        assert one is not None, told
        assert re.fullmatch(outcome, one[1])
        assert int(one[2]) >= len("PartyA lost everything, he says")
        assert (int(one[3]) > 1) is (one[1] == "ok")  # one: the space that ends an empty stream
    assert not [word for word in ("Reuter", "Party", "lost", "teal", "colour") if word in told]


@pytest.mark.parametrize("act", [says(f"{ANSWERED} {KEY}"), by_tool, echoes_the_request],
                         ids=["says the key", "by a tool", "echoes"])
def test_words_where_they_are_asked_for_with_names_masked(asked: Asked, act: Act) -> None:
    told = asked(act, Log.TEXT)
    assert "Reuter" not in told
    assert r"PartyA lost everything, \x1b[31mhe says" in told
    assert "\x1b" not in told
    assert ("teal" in told) is (act is not echoes_the_request)
    assert all(" coach.llm task=judge " in line for line in told.splitlines())


def test_off_is_off(asked: Asked) -> None:
    assert asked(says(ANSWERED), Log.OFF) == ""


def test_who_has_heard_enough_is_told_apart_from_a_fault(endpoint: Endpoint, capfd: pytest.CaptureFixture[str]) -> None:
    endpoint.acts = [says("One two three four")]
    settings = load_settings().model_copy(update={"log": Log.CALLS})
    set_up_log(settings)
    growing = ask_for_text(make_chat_model(settings, Task.VOICE), SAID)
    next(growing)
    growing.close()
    set_up_log(Settings())
    assert " outcome=left " in capfd.readouterr().err


_CHILD = f"""
from coach.cli.logs import set_up_log
from coach.llm.chat import ask_for_text, make_chat_model
from coach.settings import Task, load_settings
set_up_log(load_settings())
list(ask_for_text(make_chat_model(load_settings(), Task.JUDGE), {SAID!r}))
"""


def test_the_client_s_own_log_does_not_print_what_was_said(endpoint: Endpoint) -> None:
    """OPENAI_LOG is read when the client is imported, so in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _CHILD], env=os.environ | {"OPENAI_LOG": "debug", "COACH_LOG": "calls"},
                          capture_output=True, text=True, check=True, timeout=60)
    [line] = done.stderr.splitlines()
    assert _LINE.fullmatch(line)
    assert len(endpoint.asked) == 1
