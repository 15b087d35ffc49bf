"""What a meeting takes in tokens: the prompts that would be sent, beside telling the model everything each time."""

from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.customer.rules import load_rules
from coach.customer.scenario import Scenario
from coach.customer.script import Scenarios
from coach.customer.voice import EmbeddedVoice
from coach.domain import Speaker, Transcript
from coach.encounter import Encounter
from coach.evals.tokens import JUDGE, LENGTHS, SCENARIO, TIP, VOICE, Sent, TokenUse, Use, to_text, token_use
from coach.evals.trainees import TRAINEES
from coach.knowledge import load_cards
from coach.language.embeddings import Embedder
from coach.llm.tokens import count_tokens
from coach.scoring.detector import Detector
from coach.scoring.rubric import Rubric
from coach.settings import data_folder

CARDS = load_cards(data_folder("knowledge"))
Played = Callable[..., TokenUse]


@pytest.fixture(scope="module")
def played(scenarios: Scenarios, embedder: Embedder, rubric: Rubric) -> Played:
    encounter = Encounter(scenarios, Detector(embedder, rubric), EmbeddedVoice(), embedder, load_rules())

    def use(policy: Callable[[Scenario, Transcript, Random], str], *lengths: int) -> TokenUse:
        return token_use(encounter, rubric, CARDS, SCENARIO, policy, lengths)

    return use


def test_a_meeting_takes_far_less_than_all_there_is_to_know(played: Played) -> None:
    found = played(TRAINEES["person-first"], 2, 4)
    assert [(use.turns, use.task) for use in found.uses] == [(turns, task) for turns in (2, 4) for task in (VOICE, JUDGE, TIP)]
    library = sum(count_tokens(card.model_dump_json()).tokens for card in CARDS)
    for use in found.uses:
        assert use.tokens < use.briefed / 3
        assert use.naive == use.briefed + use.turns * library
    ratio, without = found.ratios(4)
    assert ratio < without < 1 / 3
    # The judge's prompt begins the same up to the reply, and hers up to what she has told.
    assert {use.task: use.shared > limit for use, limit in zip(found.uses[3:], (0.4, 0.8, 0.3), strict=True)} == {
        VOICE: True, JUDGE: True, TIP: True}
    assert "At 20 turns" not in to_text(found)


def test_a_meeting_that_ends_goes_on(played: Played) -> None:
    """Somebody who takes leave at once, again and again: she sits down again, and the conversation has all of it."""
    heard: list[Transcript] = []

    def leaves(_: Scenario, transcript: Transcript, __: Random) -> str:
        heard.append(transcript)
        return f"Thank you for your time, goodbye, that was number {len(heard)}."

    found = played(leaves, 9)
    assert [len(one.said_by(Speaker.TRAINEE)) for one in heard] == list(range(9))
    assert all(line for line in heard[-1].said_by(Speaker.CUSTOMER))
    assert [use.turns for use in found.uses] == [9, 9, 9]


def test_what_was_left_out_of_a_prompt_is_counted() -> None:
    sent = Sent("customer: We've been bought.\nseller: How are they?", ("We've been bought.", "Quiet.", "How are they?"))
    assert sent.left_out == count_tokens("Quiet.").tokens


def use_of(cost: Callable[[int], int], lengths: tuple[int, ...] = LENGTHS) -> TokenUse:
    return TokenUse(tuple(Use(VOICE, turns, sum(map(cost, range(turns))), 10**6, 10**7, 0.5) for turns in lengths), exact=False)


@given(st.integers(1, 5000), st.integers(0, 50), st.integers(1, 20))
def test_growth_is_linear_where_prompts_stop_growing(fixed: int, more: int, until: int) -> None:
    assert use_of(lambda turn: fixed + more * min(turn, until)).linear


@given(st.integers(1, 2000), st.integers(100, 500))
def test_growth_is_not_linear_where_every_prompt_holds_all_that_went_before(fixed: int, more: int) -> None:
    assert not use_of(lambda turn: fixed + more * turn).linear


def test_the_stretches_make_up_the_whole() -> None:
    found = use_of(lambda turn: 100 + turn)
    before, whole = 0, 0.0
    for turns, tokens in found.marginal.items():
        whole += tokens * (turns - before)
        before = turns
    assert whole == pytest.approx(found.whole(60))
    told = to_text(found)
    assert "not linear" not in to_text(use_of(lambda _: 100))
    assert "estimated" in told
    assert "At 20 turns all take 0.0% of the naive way, 0% of one without the cards." in told
