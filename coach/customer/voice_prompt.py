"""What a language model is told before it speaks for the customer: who she is, what she has told, what this line does and says.

Nothing that is still hidden is in it. What stays the same from turn to turn comes first, so that an endpoint that caches the
beginning of a prompt can.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from coach.customer.director import Decision
from coach.customer.feelings import COOLING
from coach.customer.lines import Act, Deed, unsaid
from coach.customer.parts import Mood, Reaction
from coach.customer.people import SLOT
from coach.customer.scenario import Scenario
from coach.customer.voice import Spoken
from coach.domain import Speaker, Transcript
from coach.prompts import UNTRUSTED, Contract

SAMPLES = 4
_WORTH_HEARING = 6
SELLER = "seller"
_MOODS = {
    Mood.WARM: "warm. You trust this seller by now and speak freely, with your own humour; you still make up your own mind.",
    Mood.OPEN: "open. You speak straight and watch what becomes of it; what you keep to yourself you keep kindly.",
    Mood.GUARDED: "guarded. You are civil and careful, speak shortly, and say nothing beyond the substance.",
    Mood.COLD: "cold. You have had enough of this: clipped, as few words as the substance allows, and no warmth in them.",
}
_COOL = {reaction.value for _, reaction in COOLING} | {
    Reaction.RUDE.value, Reaction.COUNSELLED.value, Reaction.GIBBERISH.value, Reaction.REPEATED.value}
_DOES = {
    Deed.REACT: "react", Deed.TELL: "tell", Deed.MORE: "say more of what you told", Deed.WITHHOLD: "keep it to yourself",
    Deed.CLUE: "let a hint fall, and leave it", Deed.WANT: "raise something of your own",
    Deed.WANT_MET: "take note of the answer to your question", Deed.WANT_DODGED: "your question was passed over",
    Deed.ANSWER: "answer", Deed.SIDESTEP: "do not answer that", Deed.BRIDGE: "come to what is on your mind",
    Deed.GO_ON: "say what is on your mind",
    Deed.TIME_UP: "your time is up", Deed.END: "end the meeting",
}


@dataclass(frozen=True, slots=True)
class VoiceInputs:
    """What the prompt takes; its front matter says what each is, and what is cut where it grows too long."""

    name: str
    first_name: str
    role: str
    portrait: str
    seller: str
    samples: list[str]
    disclosed: list[str]
    history: Annotated[list[tuple[str, str]], UNTRUSTED]
    mood: str
    substance: list[str]
    note: str


CONTRACT = Contract("customer-voice", VoiceInputs)


def authored_parts(scenario: Scenario, decision: Decision, authored: Spoken) -> Iterator[tuple[Act, str]]:
    """Each act of the decision that the authored line puts into words, with those words."""
    left, used = list(authored.used), list(decision.memory.used)
    for act in decision.acts:
        lines = {line.key: line.text for line in unsaid(scenario, act, decision.mood, used)}
        if left and left[0] in lines:
            used.append(left[0])
            yield act, lines[left.pop(0)]


def render(scenario: Scenario, decision: Decision, transcript: Transcript, authored: Spoken, note: str = "") -> str:
    """The prompt for one line; `note` says what was wrong with an earlier try at it."""
    client = scenario.client
    substance = [f"{_does(act)}: {text}" for act, text in authored_parts(scenario, decision, authored)]
    return CONTRACT.render(VoiceInputs(
        name=client.name, first_name=client.first_name, role=f"{client.role} of {client.company}", portrait=client.portrait,
        seller=scenario.meeting.you_sell,
        samples=samples(scenario, decision.memory.used), disclosed=disclosed(scenario, decision),
        history=conversation(transcript, client.first_name), mood=_MOODS[decision.mood], substance=substance, note=note))


def samples(scenario: Scenario, used: Sequence[str]) -> list[str]:
    """The first few authored lines of some length that were spent: the same from turn to turn, once there are so many."""
    lines = (said_line(scenario, key) for key in used)
    return [line for line in lines if len(line.split()) >= _WORTH_HEARING and not SLOT.search(line)][:SAMPLES]


def disclosed(scenario: Scenario, decision: Decision) -> list[str]:
    """What she has told before this line, fact by fact, then what she let fall in passing or asked; in the authors' words.

    A fact's title may hold more than she said, and stands here only where no line of hers does, as at the opening. What is told
    now stands in the substance.
    """
    used = decision.memory.used
    told = []
    for fact in (scenario.fact(one) for one in decision.memory.told if one not in decision.move.facts):
        said = [said_line(scenario, key) for key in used
                if key.startswith((f"{Deed.TELL}/{fact.id}/", f"{Deed.MORE}/{fact.id}/"))]
        told.append(" ".join(said) or fact.title)
    passing = (said_line(scenario, key) for key in used if key.startswith((f"{Deed.CLUE}/", f"{Deed.WANT}/")))
    return [*told, *filter(None, passing)]


def conversation(transcript: Transcript, first_name: str) -> list[tuple[str, str]]:
    """What was said, as she would call the two of them."""
    return [(first_name if turn.speaker is Speaker.CUSTOMER else SELLER, turn.text) for turn in transcript.turns]


def said_line(scenario: Scenario, key: str) -> str:
    """The authored line with this key; empty for one that is of no use here, or no longer there."""
    try:
        match key.split("/"):
            case ["opening", place]:
                return scenario.opening[int(place)].line
            case [Deed.TELL, fact, mood, place]:
                return scenario.fact(fact).lines[Mood(mood)][int(place)]
            case [Deed.MORE, fact, place]:
                return scenario.fact(fact).more[int(place)].line
            case [Deed.REACT, reaction, mood, place]:
                return scenario.reactions[Reaction(reaction)][Mood(mood)][int(place)]
            case [Deed.CLUE, clue, place]:
                return scenario.clue(clue).forms[int(place)].line
            case [Deed.WANT, want, place]:
                return scenario.want(want).lines[int(place)]
            case [Deed.GO_ON, mood, place]:
                return scenario.goes_on[Mood(mood)][int(place)]
    except (LookupError, ValueError):
        pass
    return ""


def _does(act: Act) -> str:
    return "react coolly" if act.deed is Deed.REACT and act.about in _COOL else _DOES[act.deed]
