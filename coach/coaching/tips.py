"""The tip after a reply: chosen by the situation, worded by the card it rests on. Where no card fits, there is no tip."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from coach.coaching.choice import likeliest
from coach.domain import PLAIN, ReplyScore, Tip
from coach.domain import Behaviour as B
from coach.knowledge import Card, CardTip, Library

# What to speak of first: what hurt the customer most; then what went well, and how to go on.
_HURT = (
    B.FALSE_EMPATHY, B.NON_APOLOGY, B.PRESSURE, B.TURNS_TO_DEAL, B.PITCH, B.EMPTY_REASSURANCE, B.DISPARAGES, B.MISSES_CLUE,
    B.ADVICE, B.FLATTERY, B.HOLLOW_SMALL_TALK, B.LEADING_QUESTION, B.VENDOR_CENTRED, B.JARGON,
)
_HELPED = (
    B.OWNS_MISTAKE, B.OFFERS_HELP, B.SETS_AGENDA_ASIDE, B.REFLECTS_FEELING, B.FOLLOWS_CLUE, B.REFLECTS_CONTENT,
    B.ACKNOWLEDGES, B.INVITES_MORE, B.OPEN_QUESTION, B.SELF_DISCLOSURE, B.CHALLENGES, B.NEXT_STEP, B.CLOSED_QUESTION,
)
# How a coach would put each behaviour in words; by this and by what the customer said the passage of the card is found.
_ASKS = {
    B.FALSE_EMPATHY: "a word of sympathy and then straight to the deal",
    B.NON_APOLOGY: "apologising without owning it",
    B.PRESSURE: "pushing for a decision", B.TURNS_TO_DEAL: "the customer shared news and the reply went to the project or deal",
    B.PITCH: "presenting product and features instead of listening", B.EMPTY_REASSURANCE: "telling them it will be fine",
    B.DISPARAGES: "criticising competitors, colleagues or the new owners",
    B.MISSES_CLUE: "the customer dropped a clue and it was passed over",
    B.ADVICE: "giving advice or a solution before the issue is understood", B.FLATTERY: "insincere compliments to a client",
    B.HOLLOW_SMALL_TALK: "golf and weather instead of getting to the point with the person",
    B.LEADING_QUESTION: "leading questions that steer the client to the answer we want",
    B.VENDOR_CENTRED: "talking about we and our",
    B.JARGON: "jargon and buzzwords", B.OWNS_MISTAKE: "a real apology for a mistake",
    B.OFFERS_HELP: "offering help with no return",
    B.SETS_AGENDA_ASIDE: "setting the agenda aside for the person",
    B.REFLECTS_FEELING: "naming what the customer feels", B.FOLLOWS_CLUE: "taking up a clue, how it affects the customer",
    B.REFLECTS_CONTENT: "clarifying the issue in the customer's own words",
    B.ACKNOWLEDGES: "acknowledging big news from the customer",
    B.INVITES_MORE: "inviting the customer to say more, listening", B.OPEN_QUESTION: "asking open questions, what to ask next",
    B.SELF_DISCLOSURE: "saying something personal, briefly", B.CHALLENGES: "challenging the customer with respect",
    B.NEXT_STEP: "agreeing a next step", B.CLOSED_QUESTION: "short closed questions where an open one would let them talk",
}
# Of what is about as sure as the surest, what hurts comes first; a faint suspicion does not.
_ABOUT_AS_SURE = 0.3


@dataclass(frozen=True, slots=True)
class Situation:
    """What a tip goes by: what she said before, what the reply did, how far they are, and her words worth going back to.

    Attributes:
        turns: how many turns were said before the reply.
        clue: a few of her own words, or empty.
        interview: whether it is an interview, in which one came to learn and not to sell.
    """

    customer_line: str
    score: ReplyScore
    turns: int
    first_name: str
    clue: str = ""
    interview: bool = False


class Tips:
    """Finds the tip for a situation in the library that `library` gives."""

    def __init__(self, library: Callable[[], Library]) -> None:
        self._library = library

    def tip(self, situation: Situation, given: Collection[Tip] = ()) -> Tip | None:
        """One thing to try next, not said before in this meeting (`given`); None where no card has a word on it.

        Of the cards that have one, that which a coach would cite; of it, the passage nearest to what happened.
        """
        library = self._library()
        seen = {one.behaviour: one.confidence for one in situation.score.observations}
        cards = likeliest([card.id for card in library.cards], seen, situation.turns, [tip.citation.card_id for tip in given])
        for focuses in _focuses(situation.score):
            for card_id in cards:
                focus, text = _worded(library.card(card_id), focuses, situation, [tip.text for tip in given])
                if focus:
                    return Tip(text, library.passage(card_id, f"{_ASKS[focus]}. {situation.customer_line}"))
        return None


def _focuses(score: ReplyScore) -> tuple[list[B], list[B]]:
    """What the tip may be about, the most pressing first: what hurt, then what helped."""
    sure = {seen.behaviour: seen.confidence for seen in score.observations}
    least = max(PLAIN, max(sure.values(), default=0.0) - _ABOUT_AS_SURE)
    hurt, helped = ([one for one in among if sure.get(one, 0.0) >= least] for among in (_HURT, _HELPED))
    return hurt, helped


def _worded(card: Card, focuses: Sequence[B], situation: Situation, given: Collection[str]) -> tuple[B | None, str]:
    """Of the card's tips for any of `focuses` whose slots can be filled and that were not given before, the most pressing."""
    if card.tips_in == "interview" and not situation.interview:
        return None, ""

    def fits(tip: CardTip, focus: B) -> bool:
        return focus.value in tip.when and (bool(situation.clue) or "{clue}" not in tip.say)

    for focus in focuses:
        # With a clue at hand, the tip that uses her own words comes first.
        for tip in sorted((one for one in card.tips if fits(one, focus)), key=lambda tip: "{clue}" not in tip.say):
            # The same advice about another clue is the same advice.
            same = re.compile(re.escape(tip.say.replace("{name}", situation.first_name)).replace(r"\{clue\}", ".+"), re.DOTALL)
            if not any(same.fullmatch(text) for text in given):
                return focus, tip.say.replace("{name}", situation.first_name).replace("{clue}", situation.clue)
    return None, ""
