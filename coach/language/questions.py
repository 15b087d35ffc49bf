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


# The first that is found in the question decides; of two at different places, the later one ("she left, but why?").
_WORDS = (
    (Aim.SPAN, r"how long|since when|for how (?:long|many (?:days|weeks|months|years))|how many (?:days|weeks|months|years)|"
               r"how much (?:time|longer)"),
    (Aim.NUMBER, r"how (?:many|much|often|big|large|far|old|high|few|small)|what (?:number|price|percentage|share)|what does \w+ cost|"
                 r"what did (?:it|that|they) cost"),
    (Aim.TIME, r"when|what (?:time|day|date|year|month)|which (?:day|week|month|year)|by when|how soon|how recently"),
    (Aim.PERSON, r"who(?:se|m|'s|’s)?|which (?:one )?of (?:you|them)|what(?:'s|’s| is| was) (?:his|her|their) name"),
    (Aim.PLACE, r"where(?:'s|’s)?|which (?:place|town|city|country|room)"),
    (Aim.REASON, r"why|how come|what for|what (?:made|makes|led|brought|drove|stopped|stops|keeps|kept|caused)|"
                 r"what(?:'s|’s| is| was| were) (?:the|your|his|her|their) reasons?"),
    (Aim.SAYING, r"what (?:exactly )?(?:did|do|does|would|will|have|has) (?:you|he|she|they|it|the \w+|your \w+|\w+) "
                 r"(?:actually |really |then )?(?:say|said|tell|told|write|answer|reply|call|ask)|how did (?:you|he|she|they) (?:put|answer|reply)"),
    (Aim.FEELING, r"how (?:do|does|did|are|is|was|were|have|has) (?:you|he|she|they|that|it|this|your \w+|the \w+) (?:feel|felt|feeling|doing|"
                  r"holding|coping|taking|been for you|for you|like for you)|what(?:'s|’s| is| was| has) (?:that|it|this)(?: been)? like|"
                  r"how are you|what do you feel|what did you feel"),
    (Aim.MANNER, r"how(?:'s|’s|'d|’d)?|in what way"),
    (Aim.THING, r"what(?:'s|’s|'re|’re)?|which"),
)
_FOUND = tuple((aim, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for aim, words in _WORDS)
_INVERTED = re.compile(
    r"(?:^|[,;:—–-]\s*)(?:(?:so|and|but|or|ok(?:ay)?|well|oh|now|then|just|even|ever)\s+)*(?:is|are|was|were|do|does|did|have|has|had|can|"
    r"could|will|would|should|shall|may|might|am|isn.t|aren.t|don.t|doesn.t|didn.t|won.t|wouldn.t|can.t|couldn.t|hasn.t|haven.t)"
    r"\s+\w+", re.IGNORECASE)
# "The one who left": the word joins a clause here, and asks nothing.
_RELATIVE = re.compile(r"(?:\b(?:one|ones|people|person|those|everyone|everybody|somebody|someone|anybody|anyone|man|woman|day|year|time|"
                       r"moment|place|reason|way|that|even|only|know|sure|matter)|,)\s*$", re.IGNORECASE)


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
