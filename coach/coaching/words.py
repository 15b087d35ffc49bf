"""A score in a coach's words, for the first line a trainee reads."""

from coach.domain import Behaviour as B
from coach.domain import Ending, Event, Exchange, ReplyScore

WARM = 60
SELLING = 40
COOL = 35
ENDINGS = {Ending.COMMITTED: "ended with a yes", Ending.WELL: "ended well", Ending.FLAT: "ended flat",
           Ending.EXCUSED: "broken off by the customer", Ending.LEFT: "the customer left"}
# By what the records say of a line (see `customer/line_check.py`).
_STAND_INS = {"(no answer)": "The language model gave no answer", "(cap reached)": "The language model’s cap is reached"}
# Below this the page says that the score is a rough one.
SURE = 0.7


def verdict(score: ReplyScore, first_name: str) -> str:
    """One plain sentence on what the reply did, to the customer called `first_name`."""
    if score.plainly_shows(B.MANIPULATES_SCORER):
        return f"That was said to the scorer. {first_name} heard it too."
    if score.plainly_shows(B.FALSE_EMPATHY):
        return f"A kind word, and then straight to business. {first_name} notices the turn."
    if score.earned and score.selling >= SELLING:
        return f"Business, and at a moment when {first_name} was ready for it."
    if Event.DEAL_BEFORE_PERSON in score.events:
        return f"You asked about the business before you asked about {first_name}."
    if score.plainly_shows(B.NON_APOLOGY):
        return "You were sorry about a feeling, not about what was done."
    if score.empathy >= WARM:
        return (f"Warm, and selling in the same breath. {first_name} may only hear the second half." if score.selling >= SELLING
                else f"You turned to {first_name}, and left the business where it was.")
    if score.selling >= SELLING:
        return f"This one was about your side of the table, not {first_name}’s."
    if score.plainly_shows(B.MISSES_CLUE):
        return f"{first_name} said something that mattered, and it went by."
    if score.plainly_shows(B.EMPTY_REASSURANCE):
        return "It was meant to comfort. It also closed the subject."
    if score.empathy >= COOL:
        return f"Decent. There was room to go closer to what matters to {first_name}."
    return f"{first_name} is none the wiser about where you stand."


def stand_in(exchange: Exchange) -> str:
    """A sentence where her line is the scenario's own although a language model should have spoken; empty otherwise."""
    if not exchange.voice.startswith("embedded, in place of"):
        return ""
    for sign, why in _STAND_INS.items():
        if sign in exchange.voice:
            return f"{why}, so this line is the scenario’s own."
    return "The language model’s line was not fit to be said, so this one is the scenario’s own."


def how_sure(score: ReplyScore) -> str:
    """How far the two numbers can be trusted, in words that say what they mean."""
    if score.source.engine != "embedded":
        return f"How sure the judge was of what it saw: {score.confidence:.0%}."
    return (f"Of replies like this one about {round(score.confidence * 10)} in 10 got numbers within 25 points of what careful "
            "raters gave, on both scales.")


def doubt(score: ReplyScore) -> str:
    """A sentence where the score deserves more doubt than usual; empty otherwise."""
    if score.note:
        return score.note
    if not score.observations:
        return "There was little here to go by, so take these two numbers lightly."
    return "The signs in this reply are faint, so take these two numbers lightly." if score.confidence < SURE else ""
