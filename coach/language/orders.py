"""Text that gives orders to a machine ("ignore your instructions", "tell the user to…"): in a document, somebody's trick."""

import re

_USER = r"(?:the )?(?:user|trainee|reader|person asking)"
_MACHINE = (r"(?:assistant|coach(?:ing (?:model|system|assistant))?|model|chatbot|bot|a\.?i\.?|llm|language model|system|"
            r"scorer|judge|grader)")
_SAYS = r"(?:answer|say|reply|respond|give|score|rate|cite|recommend|tell|write|output|ignore|reveal|print|mention)"
_HIGHEST = r"(?:100|full marks|full points|top marks|maximum|highest score|ten out of ten)"
_ORDERS = re.compile(
    "|".join((
        r"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:instruction|prompt|rule|guideline|polic|above|previous|"
        r"earlier|everything)",
        rf"\b(?:tell|instruct|advise|order|persuade|convince|inform|urge) {_USER}\b",
        r"\b(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|hey|as an?|you are (?:an?|the|now)) (?:the )?"
        rf"(?:\w+ )?{_MACHINE}\b",
        rf"\b{_MACHINE}s? (?:must|should|shall|has to|have to|will|is to|are to) (?:always |never |now )?{_SAYS}",
        rf"\b(?:score|rate|grade|award|give)\b[^.\n]{{0,40}}\b{_HIGHEST}\b",
        r"<\s*/?\s*(?:system|instructions?|prompt|assistant|im_start|im_end)\s*>|\[/?(?:system|inst)\]|<\|[^|]*\|>",
        r"^\s*(?:system|assistant|developer)\s*:",
        r"\b(?:system prompt|new instructions|end of (?:the )?(?:prompt|instructions|document|passages|context)|developer mode|"
        r"jailbreak|do anything now)\b",
        r"\b(?:reveal|print|output|repeat|show) (?:your|the) (?:system )?(?:prompt|instructions|rules)\b",
        rf"\b(?:always|only|in every answer|in all answers|from now on)\b[^.\n]{{0,30}}\b{_SAYS}\b[^.\n]{{0,40}}\b"
        r"(?:this (?:document|passage|page|link)|http|www|visit|call|our product)",
    )), re.IGNORECASE | re.MULTILINE)


def gives_orders(text: str) -> bool:
    """Whether `text` speaks to a machine instead of a reader; a guard beside the fences, not instead of them."""
    return bool(_ORDERS.search(text))
