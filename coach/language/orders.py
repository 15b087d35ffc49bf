"""Text that gives orders to a machine ("ignore your instructions", "tell the user to…"): in a document, somebody's trick."""

import re
import unicodedata

_MACHINE = r"(?:ai assistant|assistant|chatbot|a\.?i\.?|llm|language model|scorer|grader)"
_SAYS = r"(?:answer|say|reply|respond|give|score|rate|cite|recommend|tell|write|output|ignore|reveal|print|mention)"
_FULL = r"(?:full marks|full points|top marks|the highest score|100 points|100 out of 100|a score of 100)"
_ORDERS = re.compile(
    "|".join((
        r"\b(?:ignore|disregard|forget|override|bypass) (?:\w+ ){0,3}?(?:instructions?|prompts?|what you were told|"
        r"(?:previous|above|earlier|prior) (?:rules|guidelines|text|messages)|everything (?:above|before))",
        r"\b(?:tell|instruct|persuade|convince|urge) the (?:user|trainee|reader) (?:to|that)\b",
        r"\b(?:dear|attention,?|note to|message (?:to|for)|instructions? (?:to|for)|hey|you are (?:an?|the|now)) "
        rf"(?:the )?{_MACHINE}\b",
        rf"\b{_MACHINE}s? (?:must|should|shall|has to|have to|will|is to|are to) (?:always |never |now )?{_SAYS}",
        rf"\bthe (?:coach|model|system|judge) (?:must|has to|is to|should) (?:always|never|now) {_SAYS}",
        rf"\b(?:score|rate|grade) 100\b|\b(?:give|award|given|awarded)\b[^.]{{0,30}}\b{_FULL}",
        r"< ?/? ?(?:system|instructions?|prompt|assistant|im_start|im_end) ?>|\[/?(?:system|inst)\]|<\|[^|]{0,30}\|>",
        r"(?:^|[.!?] )(?:system|assistant|developer) ?:",
        r"\b(?:system prompt|new instructions|end of (?:the )?(?:prompt|instructions|document|passages|context)|developer mode|"
        r"jailbreak|do anything now)\b",
        r"\b(?:reveal|print|output|repeat|show) your (?:system )?(?:prompt|instructions|rules)\b",
        r"\b(?:answer|respond|reply) only with\b|\banswer with the word\b",
        rf"\b(?:in every answer|in all answers|from (?:now|here) on,? you)\b[^.]{{0,30}}\b{_SAYS}\b",
    )), re.IGNORECASE)


def gives_orders(text: str) -> bool:
    """Whether `text` speaks to a machine instead of a reader; a guard beside the fences, not instead of them.

    Line breaks and characters that show as nothing part no words.
    """
    seen = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return bool(_ORDERS.search(" ".join(seen.split())))
