"""What calls take is counted, kept for its turn, and stopped at the caps, also where calls are made side by side."""

from collections.abc import Sequence
from contextvars import copy_context
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.domain import ModelCall, Spent
from coach.errors import CapError, GoneError, StorageError
from coach.llm.ledger import Caps, Ledger, stop_if_gone
from coach.llm.prices import Price, Prices, load_prices

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
PRICES = Prices(as_of=NOW.date(), source="a test", models={"small": Price(prompt=1.0, cached=0.5, answer=2.0)})


class Pages:
    """A book in memory, which may refuse to be written in."""

    def __init__(self) -> None:
        self.kept: list[tuple[ModelCall, str, int | None]] = []
        self.closed = False

    def spent(self, meeting_id: str, since: datetime | None) -> Spent:
        calls = (call for call, whose, _ in self.kept if meeting_id in ("", whose) and (since is None or call.at >= since))
        return sum((call.spent for call in calls), Spent())

    def keep_calls(self, calls: Sequence[ModelCall], meeting_id: str, number: int | None) -> None:
        if self.closed:
            raise StorageError("The disk is full.")
        self.kept += [(call, meeting_id, number) for call in calls]


def call(tokens: int, *, dollars: float | None = 0.0, at: datetime = NOW) -> ModelCall:
    return ModelCall("voice", "small", at, tokens, 0, 0, estimated=False, dollars=dollars)


def ledger(pages: Pages, caps: Caps | None = None) -> Ledger:
    return Ledger(PRICES, caps or Caps(), lambda: pages, lambda: NOW)


def spend(book: Ledger, most: int, took: int | None = None) -> None:
    work = book.begin(Spent(most, most / 1000))
    book.end(work, Spent(most, most / 1000), call(most if took is None else took))


def test_calls_are_kept_for_their_meeting_and_reply_when_the_turn_is_over() -> None:
    pages = Pages()
    book = ledger(pages)
    with book.work("m1", 3):
        spend(book, 10)
        spend(book, 20)
        assert pages.kept == []
    assert [(one.tokens_in, whose, number) for one, whose, number in pages.kept] == [(10, "m1", 3), (20, "m1", 3)]


def test_a_call_outside_any_work_is_kept_at_once() -> None:
    pages = Pages()
    spend(ledger(pages), 10)
    assert [(one.tokens_in, whose, number) for one, whose, number in pages.kept] == [(10, "", None)]


def test_a_call_that_comes_in_late_is_kept_all_the_same() -> None:
    pages = Pages()
    book = ledger(pages)
    with book.work("m1", 1):
        work = book.begin(Spent(5))
    book.end(work, Spent(5), call(5))
    assert [(one.tokens_in, whose, number) for one, whose, number in pages.kept] == [(5, "m1", 1)]


def test_a_call_in_a_thread_with_the_context_counts_for_the_turn() -> None:
    pages = Pages()
    book = ledger(pages)
    with book.work("m1", 1):
        thread = Thread(target=copy_context().run, args=(spend, book, 7))
        thread.start()
        thread.join()
    assert [(one.tokens_in, whose) for one, whose, _ in pages.kept] == [(7, "m1")]


@pytest.mark.parametrize(("caps", "told"), [
    (Caps(meeting_tokens=100), "this meeting has taken 90 of the 100 tokens"),
    (Caps(day_tokens=100), "this day has taken 90 of the 100 tokens"),
])
def test_what_would_pass_a_cap_is_not_asked(caps: Caps, told: str) -> None:
    pages = Pages()
    book = ledger(pages, caps)
    with book.work("m1", 1):
        spend(book, 90)
    with book.work("m1", 2):
        spend(book, 10, took=0)  # as much as there is
        with pytest.raises(CapError, match=told):
            book.begin(Spent(11))


def test_a_cap_on_money_is_told_in_dollars() -> None:
    pages = Pages()
    pages.keep_calls([call(1, dollars=1.5)], "m1", 1)
    book = ledger(pages, Caps(meeting_dollars=2.0))
    with book.work("m1", 2), pytest.raises(CapError, match=r"has cost \$1.50 of the \$2.00"):
        book.begin(Spent(1, 0.6))


def test_each_meeting_has_its_own_cap_and_each_day_its_own() -> None:
    pages = Pages()
    pages.keep_calls([call(100, at=NOW - timedelta(days=1))], "m1", 1)
    with ledger(pages, Caps(meeting_tokens=100, day_tokens=100)).work("m2", 1):
        spend(ledger(pages, Caps(meeting_tokens=100, day_tokens=100)), 100)


def test_calls_side_by_side_do_not_pass_a_cap_together() -> None:
    book = ledger(Pages(), Caps(day_tokens=100))
    together = Barrier(8)
    refused: list[CapError] = []

    def one() -> None:
        together.wait()
        try:
            book.begin(Spent(30))
        except CapError as error:
            refused.append(error)

    threads = [Thread(target=one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5


@given(takes=st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=30), cap=st.integers(0, 200))
def test_whatever_is_asked_the_cap_holds(takes: list[tuple[int, int]], cap: int) -> None:
    pages = Pages()
    book = ledger(pages, Caps(meeting_tokens=cap))
    for number, (most, less) in enumerate(takes):
        with book.work("m1", number):
            try:
                spend(book, most, took=max(0, most - less))
            except CapError:
                assert pages.spent("m1", None).tokens + most > cap
    assert pages.spent("m1", None).tokens <= cap


def test_what_could_not_be_kept_still_counts_and_is_kept_with_the_next() -> None:
    pages = Pages()
    book = ledger(pages, Caps(day_tokens=100))
    pages.closed = True
    with book.work("m1", 1):
        spend(book, 90)
    with pytest.raises(CapError):
        book.begin(Spent(20))
    pages.closed = False
    with book.work("m2", 1):
        spend(book, 10)
    assert [(one.tokens_in, whose) for one, whose, _ in pages.kept] == [(90, "m1"), (10, "m2")]
    with pytest.raises(CapError):
        book.begin(Spent(1))


def test_where_nobody_waits_no_call_is_made() -> None:
    gone = Event()
    book = ledger(Pages())
    with book.work("m1", 1, gone):
        stop_if_gone()
        gone.set()
        with pytest.raises(GoneError):
            stop_if_gone()
        with pytest.raises(GoneError):
            book.begin(Spent(1))
    stop_if_gone()


@pytest.mark.parametrize(("model", "dollars"), [("small", 2.25), ("small-2026-01-31", 2.25), ("large", None)])
def test_a_price_is_by_prompt_cached_prompt_and_answer(model: str, dollars: float | None) -> None:
    assert PRICES.dollars(model, 1_000_000, 500_000, 750_000) == dollars


def test_the_list_that_ships_prices_the_model_that_is_the_default() -> None:
    prices = load_prices()
    assert prices.dollars("gpt-4.1-mini", 1_000_000, 0, 0) == 0.4
    assert all(price.cached <= price.prompt for price in prices.models.values())
