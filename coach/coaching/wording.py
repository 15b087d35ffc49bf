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
_FIGURE = re.compile(r"\d+")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+")
_LIST = re.compile(r"^\s*(?:[-*•#>]|\d+[.)])\s", re.MULTILINE)
_SPEECH = re.compile(r"“[^“”]+”|\"[^\"]+\"|(?<!\w)‘[^‘’]+’|(?<!\w)'[^']+'(?!\w)")


@dataclass(frozen=True, slots=True)
class TipInputs:
    """What the prompt takes; its front matter says what each is."""

    title: str
    passage: Annotated[str, UNTRUSTED]
    advice: str
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
        text = " ".join(clean(raw).split())
        if fault_of(text, tip, Transcript(said.turns[-_TURNS:]), first_name):
            return tip
        return replace(tip, text=text, worded_by=f"model:{self._name}")


def prompt_for(tip: Tip, said: Transcript, first_name: str) -> str:
    """What the model is told, to fit `tip` to what was `said`, which ends with her answer."""
    told = [(first_name if turn.speaker is Speaker.CUSTOMER else "seller", turn.text) for turn in said.turns[-_TURNS:]]
    return CONTRACT.render(TipInputs(
        title=tip.citation.title, passage=tip.citation.text, advice=tip.text, name=first_name, history=told))


def fault_of(text: str, tip: Tip, said: Transcript, first_name: str) -> str:
    """What is wrong with a model's words for `tip`, in a few words; empty: nothing."""
    known = f"{tip.text} {tip.citation.text} {first_name} " + " ".join(turn.text for turn in said.turns)
    if not text:
        return "nothing in it"
    if len(words(text)) > MOST_WORDS:
        return "too long"
    if _LIST.search(text) or (not text[0].isupper() and text[0] not in "“\"‘'"):
        return "no plain sentence"
    if gives_orders(text):
        return "speaks to a machine"
    if not _SPEECH.search(text):
        return "no words to say"
    if set(_FIGURE.findall(text)) - set(_FIGURE.findall(known)):
        return "a figure that nobody named"
    # Within quotation marks a sentence begins with a capital too.
    if {name.lower() for name in _NAME.findall(text)} - {word.lower() for word in words(known)} - {"i"}:
        return "a name that nobody named"
    return ""
