"""A tip put into the words of the moment by a language model, which is told what to advise."""

import re
from dataclasses import dataclass, replace
from typing import Annotated

from coach.domain import Speaker, Tip, Transcript
from coach.errors import ModelError
from coach.language.orders import gives_orders
from coach.language.text import clean, words
from coach.llm.chat import ChatModel, ask_for_text
from coach.prompts.contract import UNTRUSTED, Contract

MOST_WORDS = 45
"""Asked for are 40; a few more are no reason to throw a good sentence away."""
_TURNS = 7
# "1,200" is one figure.
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
# Such small numbers as "three words" are no claim.
_IN_WORDS = frozenset(
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy "
    "eighty ninety hundred hundreds thousand thousands million millions billion billions percent".split())
# A word within a sentence. What follows a stop, a colon, an ellipsis or a quotation mark begins one, and has a capital anyway.
_WITHIN = re.compile(r"(?:(?<=[\w,;&—–-] )|(?<=\bM[rs]\. )|(?<=\bMrs\. )|(?<=\bDr\. ))[^\W\d_]+(?:['’][^\W\d_]+)*")
_CAPITALS = frozenset(
    "i i'm i'd i'll i've ok mr mrs ms dr monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
    "thursdays fridays saturdays sundays".split())
"""Words with a capital that name nobody."""
# The marks of a list, a heading or a quoted block, at the beginning of a line; a line alone that ends as no sentence does.
_LIST = re.compile(r"^\s*(?:[-*•–—>]|#+|\d+[.)])\s|\w[ \t]*\n\s*\n", re.MULTILINE)
_LABEL = re.compile(r"(?:the |your |coaching |fitted )*(?:tip|advice)\s*:", re.IGNORECASE)
_SPEECH = re.compile(r"“[^“”]+”|\"[^\"]+\"|(?<!\w)‘[^‘’]+’|(?<!\w)'(?:[^']|(?<=\w)'(?=\w))+'(?!\w)")



@dataclass(frozen=True, slots=True)
class TipInputs:
    """What the prompt takes; its front matter says what each is."""

    title: str
    passage: Annotated[str, UNTRUSTED]
    advice: Annotated[str, UNTRUSTED]
    name: str
    history: Annotated[list[tuple[str, str]], UNTRUSTED]


CONTRACT = Contract("reply-tip", TipInputs)


class Wording:
    """Words tips by a language model; where it fails, or what it gives fails its checks, the author's words stay."""

    def __init__(self, model: ChatModel, model_name: str) -> None:
        self._model = model
        self._name = model_name

    def worded(self, tip: Tip, said: Transcript, first_name: str) -> Tip:
        """`tip` fitted to what was `said`, which ends with her answer; `worded_by` then names the model."""
        try:
            *_, raw = ask_for_text(self._model, prompt_for(tip, said, first_name))
        except ModelError:
            return tip  # the author's words are a tip too, and say by their mark whose they are
        text = clean(raw)
        if fault_of(text, tip, Transcript(said.turns[-_TURNS:]), first_name):
            return tip
        return replace(tip, text=" ".join(text.split()), worded_by=f"model:{self._name}")


def prompt_for(tip: Tip, said: Transcript, first_name: str) -> str:
    """What the model is told, to fit `tip` to what was `said`, which ends with her answer."""
    told = [(first_name if turn.speaker is Speaker.CUSTOMER else "seller", turn.text) for turn in said.turns[-_TURNS:]]
    return CONTRACT.render(TipInputs(
        title=tip.citation.title, passage=tip.citation.text, advice=tip.text, name=first_name, history=told))


def fault_of(text: str, tip: Tip, said: Transcript, first_name: str) -> str:
    """What is wrong with a model's words for `tip`, lines as it wrote them, in a few words; empty: nothing."""
    known = f"{tip.text} {tip.citation.text} {first_name} " + " ".join(turn.text for turn in said.turns)
    line = " ".join(text.split())
    if not line:
        return "nothing in it"
    if len(words(line)) > MOST_WORDS:
        return "too long"
    if _LIST.search(text) or _LABEL.match(line) or (not line[0].isupper() and line[0] not in "“\"‘'"):
        return "no plain sentence"
    if gives_orders(line):
        return "speaks to a machine"
    if not any(words(speech) for speech in _SPEECH.findall(line)):
        return "no words to say"
    if _figures(line) - _figures(known):
        return "a figure that nobody named"
    named = {_bare(word) for word in _WITHIN.findall(line) if word[0].isupper()}
    if named - {_bare(word) for word in words(known)} - _CAPITALS:
        return "a name that nobody named"
    return ""


def _figures(text: str) -> set[str]:
    return {figure.replace(",", "") for figure in _FIGURE.findall(text)} | (_IN_WORDS & set(words(text)))


def _bare(word: str) -> str:
    """In lower case, and without the ending of what is somebody's."""
    return word.lower().replace("’", "'").removesuffix("'s")
