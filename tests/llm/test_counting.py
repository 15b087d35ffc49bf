"""Each call over the wire is counted as the endpoint counts it, or as an estimate that says so."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from pydantic import BaseModel, SecretStr

from coach.domain import UsageBy
from coach.errors import CapError, GoneError, ModelError
from coach.llm.chat import ask_for, ask_for_text, make_chat_model
from coach.llm.ledger import Caps, Ledger
from coach.llm.prices import load_prices
from coach.records import Repository, open_repository
from coach.settings import Engine, Settings, Task
from tests.fake_endpoint import KEY, Act, Endpoint, breaks_off, event, fails, says, send, serving


class Colour(BaseModel):
    """An answer with a schema."""

    name: str


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Repository]:
    kept = open_repository(f"sqlite:///{tmp_path / 'coach.db'}")
    yield kept
    kept.close()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as served:
        yield served


@pytest.fixture
def settings(endpoint: Endpoint) -> Settings:
    return Settings(engine=Engine.MODEL, openai_api_key=SecretStr(KEY), openai_base_url=endpoint.url, model="gpt-4.1-mini",
                    model_retries=0)


def ledger_of(records: Repository, **caps: int) -> Ledger:
    return Ledger(load_prices(), Caps(**caps), lambda: records)


def test_a_stream_and_a_value_are_counted_as_the_endpoint_counts(
    endpoint: Endpoint, settings: Settings, records: Repository
) -> None:
    ledger = ledger_of(records)
    [*_, _] = ask_for_text(make_chat_model(settings, Task.VOICE, ledger), "Hello")
    endpoint.acts = [says('{"name": "red"}')]
    ask_for(make_chat_model(settings, Task.JUDGE, ledger), "Which?", Colour)
    usage = {one.name: one for one in records.usage(UsageBy.TASK)}
    assert set(usage) == {"voice", "judge"}
    for one in usage.values():
        assert (one.calls, one.tokens_in, one.tokens_out, one.estimated, one.unpriced) == (1, 5, 3, 0, 0)
        assert one.dollars == pytest.approx((5 * 0.4 + 3 * 1.6) / 1e6)


def without_usage(text: str) -> Act:
    body = "".join((event({"content": text}), "data: [DONE]\n\n"))
    return lambda handler, _: send(handler, 200, body, "text/event-stream")


@pytest.mark.parametrize("act", [without_usage("I was going to"), breaks_off], ids=["no counts", "breaks off"])
def test_where_the_endpoint_counts_nothing_it_is_an_estimate(
    endpoint: Endpoint, settings: Settings, records: Repository, act: Act
) -> None:
    endpoint.acts = [act]
    model = make_chat_model(settings, Task.VOICE, ledger_of(records))
    try:
        [*_, _] = ask_for_text(model, "Hello there, how are you?")
    except ModelError:
        assert act is breaks_off
    (one,) = records.usage(UsageBy.TASK)
    assert (one.calls, one.estimated) == (1, 1)
    assert one.tokens_in >= 6
    assert one.tokens_out >= 3


@pytest.mark.parametrize("status", [401, 429, 500])
def test_an_endpoint_that_gives_no_answer_takes_nothing(
    endpoint: Endpoint, settings: Settings, records: Repository, status: int
) -> None:
    endpoint.acts = [fails(status)]
    ledger = ledger_of(records, day_tokens=3000)
    for _ in range(3):  # what was set aside is free again, or the cap would be reached
        with pytest.raises(ModelError) as told:
            [*_, _] = ask_for_text(make_chat_model(settings, Task.VOICE, ledger), "Hello")
        assert not isinstance(told.value, CapError)
    assert records.usage(UsageBy.TASK) == ()


def test_a_stream_that_is_left_counts_for_what_had_come(endpoint: Endpoint, settings: Settings, records: Repository) -> None:
    endpoint.acts = [says("One two three four five six seven eight nine ten")]
    gone = Event()
    ledger = ledger_of(records)
    grown: list[str] = []
    with ledger.work("", None, gone), pytest.raises(GoneError):
        for text in ask_for_text(make_chat_model(settings, Task.VOICE, ledger), "Count"):
            grown.append(text)
            gone.set()
    assert grown == ["One "]
    (one,) = records.usage(UsageBy.TASK)
    assert (one.calls, one.estimated) == (1, 1)


def test_at_the_cap_no_request_is_sent(endpoint: Endpoint, settings: Settings, records: Repository) -> None:
    ledger = ledger_of(records, day_tokens=100)
    with pytest.raises(CapError, match="COACH_DAY_TOKENS"):
        [*_, _] = ask_for_text(make_chat_model(settings, Task.VOICE, ledger), "Hello")
    with pytest.raises(CapError, match="COACH_DAY_TOKENS"):
        ask_for(make_chat_model(settings, Task.JUDGE, ledger), "Which?", Colour)
    assert endpoint.asked == []


def test_the_longest_answer_is_named_in_the_request(endpoint: Endpoint, settings: Settings) -> None:
    [*_, _] = ask_for_text(make_chat_model(settings.model_copy(update={"model_answer_tokens": 321}), Task.VOICE), "Hello")
    assert endpoint.asked[-1]["max_completion_tokens"] == 321


def ends_with(reason: str) -> Act:
    choice = {"index": 0, "delta": {}, "finish_reason": reason}
    body = "".join((event({"content": "Half of it"}), event({}, choices=[choice]), "data: [DONE]\n\n"))
    return lambda handler, _: send(handler, 200, body, "text/event-stream")


@pytest.mark.parametrize(("reason", "told"), [("length", "cut off"), ("content_filter", "content filter")])
def test_an_answer_that_was_cut_off_is_none(endpoint: Endpoint, settings: Settings, reason: str, told: str) -> None:
    endpoint.acts = [ends_with(reason)]
    with pytest.raises(ModelError, match=told):
        [*_, _] = ask_for_text(make_chat_model(settings, Task.VOICE), "Hello")
