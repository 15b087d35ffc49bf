"""What sort of answer a question wants: who, when, how long, how many, where, why, how, or a yes or no."""

import re
from enum import StrEnum


class Aim(StrEnum):
    """The sort of answer that is wanted, by the question's own words."""

    PERSON = "person"
    TIME = "time"
    SPAN = "span"
    NUMBER = "number"
    PLACE = "place"
    REASON = "reason"
    MANNER = "manner"
    SAYING = "saying"
    FEELING = "feeling"
    THING = "thing"
    YES_NO = "yes or no"
    NONE = "none"


# Those that tell an answer from another about the same matter; a "what" or a yes-or-no may want anything.
DEFINITE = frozenset({Aim.PERSON, Aim.TIME, Aim.SPAN, Aim.NUMBER, Aim.PLACE, Aim.REASON, Aim.MANNER, Aim.SAYING, Aim.FEELING})

# The first that is found in the question decides; of two at different places, the later one ("she left, but why?").
_AUX = r"(?:do|does|did|would|will|have|has|had)"
_WHO = r"(?:you|he|she|they|it|the \w+|your \w+|\w+)"
_WORDS = (
    (Aim.SPAN, r"how long|since when|how (?:many|much) (?:time|longer|days|weeks|months|years)"),
    (Aim.NUMBER, r"how (?:many|much|often|big|large|far|old|high|few|small)|what (?:number|price|percentage|share)|"
                 rf"what {_AUX} \w+ cost"),
    (Aim.TIME, r"when|(?:what|which) (?:time|day|date|week|month|year)|by when|how (?:soon|recently)"),
    (Aim.PERSON, r"who(?:se|m|'s|’s)?|which (?:one )?of (?:you|them)|what(?:'s|’s| is| was) (?:his|her|their) name"),
    (Aim.PLACE, r"where(?:'s|’s)?|which (?:place|town|city|country|room)"),
    (Aim.REASON, r"why|how come|what for|what (?:made|makes|led|brought|drove|stopped|stops|keeps|kept|caused)|"
                 r"what(?:'s|’s| is| was| were) (?:the|your|his|her|their) reasons?"),
    (Aim.SAYING, rf"what (?:exactly )?{_AUX} {_WHO} (?:actually |really |then )?"
                 r"(?:say|said|tell|told|write|answer|reply|call|ask)|how did (?:you|he|she|they) (?:put|answer|reply)"),
    (Aim.FEELING, rf"how (?:{_AUX}|are|is|was|were) {_WHO} (?:been )?(?:feel|felt|feeling|doing|holding|coping|taking|for you|"
                  r"like for you)|what(?:'s|’s| is| was| has) (?:that|it|this)(?: been)? like|how are you|what did you feel|"
                  r"what do you feel"),
    (Aim.MANNER, r"how(?:'s|’s|'d|’d)?|in what way"),
    (Aim.THING, r"what(?:'s|’s|'re|’re)?|which"),
)
_FOUND = tuple((aim, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for aim, words in _WORDS)
_INVERTED = re.compile(
    r"(?:^|[,;:—–-]\s*)(?:(?:so|and|but|or|ok(?:ay)?|well|oh|now|then|just|even|ever)\s+)*(?:is|are|was|were|do|does|did|have|has|had|can|"
    r"could|will|would|should|shall|may|might|am|isn.t|aren.t|don.t|doesn.t|didn.t|won.t|wouldn.t|can.t|couldn.t|hasn.t|haven.t)"
    r"\s+\w+", re.IGNORECASE)
# "The one who left": the word joins a clause here, and asks nothing.
_RELATIVE = re.compile(r"(?:\b(?:one|ones|people|person|those|everyone|everybody|somebody|someone|anybody|anyone|man|woman|day|"
                       r"year|time|moment|place|reason|way|that|even|only|know|sure|matter)|,)\s*$", re.IGNORECASE)


def aim_of(question: str) -> Aim:
    """The sort of answer that `question` wants; NONE where it is no question by its words."""
    text = question.strip()
    found = [(aim, match) for aim, pattern in _FOUND for match in pattern.finditer(text)
             if match.start() == 0 or not _RELATIVE.search(text[: match.start()])]
    inverted = _INVERTED.search(text)
    if found:
        first = min(found, key=lambda one: one[1].start())
        if inverted is None or first[1].start() <= inverted.start():
            # At one place the longer reading: "how long", and no "how".
            return first[0]
    return Aim.YES_NO if inverted else Aim.NONE
