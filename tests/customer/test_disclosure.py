"""The figure that the product stands on: who turns to the person hears what is on her mind, who pitches does not."""

from collections.abc import Callable
from itertools import cycle

import pytest

from coach.domain import Ending, Meeting

Play = Callable[..., Meeting]
PEOPLE = ("maren", "tunde", "nuria")
SEEDS = range(5)
REPLIES = 10

PERSON_FIRST = [
    "That is big news. Tell me more. How are you doing?",
    "Let's leave the project for today. How are people taking it?",
    "It sounds as if that weighs on you. Who are you most worried about?",
    "You said you promised them something. What is that like for you?",
    "How did you find out yourself?",
    "That must have been a shock. Who decides things now?",
    "So you have become someone who asks. What does all this mean for you personally?",
    "Tell me about the people you hired.",
    "What's the hardest part of this for you?",
    "If it would help, I could introduce some of your people to companies I know. What would you want for them?",
]
# Another person's words, plainer: hardly a question, room instead.
PLAINER = [
    "Oh no. I'm so sorry. Never mind the project, that can wait. How are you?",
    "Take your time, I've got the whole hour. What has it been like?",
    "That sounds hard. How is everybody out there?",
    "And what happens to your people?",
    "No wonder you're worried about them. Go on.",
    "How did they tell you?",
    "Twenty minutes, that must have hurt. What else is on your mind?",
    "Thank you for telling me. And you, where does it leave you?",
    "I'm listening. What keeps you awake?",
    "Is there anything I can do for you or for them?",
]
PITCHER = [
    "Hmm. How do you think this will affect our project?",
    "Our planning system cuts costs by 20%, the new owners will love it.",
    "Can we still sign phase two this month?",
    "Who decides on the budget now?",
    "We have a great package with a discount until Friday.",
    "Let me show you our new dashboard module.",
    "Could you introduce me to the new management?",
    "We helped another client through a merger and saved them 30%.",
    "So when can we go live with the eight depots?",
    "I just need your signature on the contract.",
]
SPRINGBOARD = [
    "Sorry to hear that. Anyway, about the project, what happens now?",
    "I hear you, I totally understand. Our platform would help you here.",
    "How are you? Good. So, shall we agree the dates for phase two?",
]


def facts_heard(play: Play, replies: list[str], seed: int, person: str) -> Meeting:
    said = cycle(replies)
    return play(lambda _: next(said), seed, REPLIES, person)


def told(meeting: Meeting) -> list[str]:
    return [fact for exchange in meeting.exchanges for fact in exchange.move.facts]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("replies", [PERSON_FIRST, PLAINER], ids=["person first", "plainer"])
def test_ten_replies_that_turn_to_the_person_hear_six_facts_or_more(
    play: Play, replies: list[str], seed: int, person: str
) -> None:
    meeting = facts_heard(play, replies, seed, person)
    assert len(told(meeting)) >= 6
    assert len(set(told(meeting))) == len(told(meeting))
    assert meeting.exchanges[-1].state.trust > meeting.exchanges[0].state.trust


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("replies", [PITCHER, SPRINGBOARD], ids=["pitcher", "springboard"])
def test_ten_replies_that_pitch_hear_two_facts_at_most(play: Play, replies: list[str], seed: int, person: str) -> None:
    meeting = facts_heard(play, replies, seed, person)
    assert len(told(meeting)) <= 2
    assert meeting.exchanges[-1].state.trust < meeting.exchanges[0].state.trust
    assert meeting.ending in (Ending.LEFT, None)
