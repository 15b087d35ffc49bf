"""Lines that give a hidden fact away before it is told, and questions that ask for two things at once. By meaning and by words.

A line gives a fact away where it lies near to the fact's title or lines, and holds words that tell it: words of the fact that
are in nothing the trainee has been told, and hardly anywhere else in the file. The bounds are measured on the built-in
scenarios: of 658 lines that do tell their fact, 501 hold three such words and 578 two; of 69,000 that may come before one, 2
and 35. Above a cosine of 0.70 lay 331 of the former and 2 of the latter, above 0.75 none.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from coach.customer.findings import Finding, Severity, dotted, ids_of, quoted
from coach.customer.parts import Fact
from coach.customer.people import Person
from coach.customer.scenario import Place, Scenario, Story
from coach.customer.script import Script
from coach.language.embeddings import Embedder, Vectors
from coach.language.text import STOPWORDS, content_words, words

# From which cosine, and with how many telling words, a line gives a fact away; any one will do.
_SURELY = ((0.75, 0), (0.50, 3))
_PERHAPS = ((0.70, 0), (0.55, 2), (0.40, 3))
# What hints at the fact, or keeps it back, has to come near; it goes too far only where it as good as says it.
_SAID_IN_A_HINT = ((0.75, 2), (0.70, 3), (0.65, 4))
# What is told before the fact in any case speaks of the same matter; there only words count.
_ON_THE_WAY = ((0.55, 2), (0.40, 3))
# In more lines than this beside the fact's own, a word tells nothing.
_RARE = 6
# Words that come with any figure; the figure itself tells.
_UNITS = frozenset(content_words(
    "hundred hundreds thousand thousands million millions billion half quarter dozen per cent pound pounds euro euros dollar "
    "dollars pence year years month months week weeks day days hour hours minute minutes time times o'clock today yesterday "
    "tomorrow"))
# So many of them may give a fact away at all.
_BY_WORDS = 2
# In so many of the fact's lines a word tells even where its title does without.
_OFTEN = 3
# Cosine from which two questions may be taken for each other, and from which they are one.
_ALIKE = 0.85
_THE_SAME = 0.95


@dataclass(frozen=True, slots=True)
class _Said:
    """A line that may be said, or is read by the trainee.

    Attributes:
        place: where it stands in the file.
        about: the fact that it is the telling of, or hints at, or keeps back.
        telling: whether it tells that fact, or more of it.
        after: all facts that have been told by then.
        own: whether it is this person's alone.
    """

    place: str
    text: str
    about: str = ""
    telling: bool = False
    after: frozenset[str] = frozenset()
    own: bool = False


def told_before(story: Story, wanted: Collection[str]) -> set[str]:
    """The facts that must have been told before any of `wanted`, near and far; where `after` runs in a circle, these too."""
    found: set[str] = set()
    waiting = [other for fact_id in wanted for other in story.fact(fact_id).after]
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting += story.fact(other).after
    return found


def found_by_meaning(script: Script, embedder: Embedder) -> Iterator[Finding]:
    """Lines that give a fact away, and questions that ask for two things; each once, whomever it was found with."""
    seen: set[tuple[str, str]] = set()
    known: dict[str, Vectors] = {}
    for number, person in enumerate(script.people):
        scenario = script.cast(person)
        said = list(_said(script, scenario, person))
        telling = _telling_words(scenario, said)
        # What is the story's is read whole with the first person, and with the others where it tells by its words.
        read = [one for one in said if number == 0 or one.own
                or any(len(_stems(one.text) & own) >= _BY_WORDS for own in telling.values())]
        _learn(known, [*(one.text for one in read), *(text for fact in scenario.facts for text in _told_by(fact))], embedder)
        for key, finding in [*_leaks(scenario, read, telling, known), *_doubles(script, scenario, person, known, embedder)]:
            if key not in seen:
                seen.add(key)
                yield finding


def _learn(known: dict[str, Vectors], texts: Sequence[str], embedder: Embedder) -> None:
    """Add the vectors of what is new. Texts of about one length at a time: the encoder pads each batch to its longest."""
    new = sorted({text for text in texts if text not in known}, key=len)
    known.update(zip(new, embedder.embed(new), strict=True))


def _said(script: Script, scenario: Scenario, person: Person) -> Iterator[_Said]:
    """All that the trainee may hear or read, with what must come before it."""
    before = {fact.id: frozenset(told_before(scenario, [fact.id])) for fact in scenario.facts}
    ids = ids_of(scenario)
    yield _Said("title", scenario.title)
    for name in ("summary", "briefing", "planned"):
        yield _Said(f"meeting.{name}", getattr(scenario.meeting, name))
    for text, place in scenario.lines():
        own, at = _in_file(script, person, place, ids)
        match place:
            case ("facts", int(i), str(part), *_):
                fact = scenario.facts[i]
                told = part != "withheld"
                yield _Said(at, text, fact.id, told, before[fact.id] if told else frozenset())
            case ("clues", int(i), *_):
                clue = scenario.clues[i]
                yield _Said(at, text, clue.fact, after=frozenset() if clue.id == scenario.opening_clue else before[clue.fact])
            case ("outside", int(i), *_):
                yield _Said(at, text, after=frozenset(_with_before(scenario, scenario.outside[i].after)), own=own)
            case _:
                yield _Said(at, text, own=own)


def _in_file(script: Script, person: Person, place: Place, ids: Mapping[str, Sequence[str]]) -> tuple[bool, str]:
    """Whether a line of the cast scenario is the person's alone, and where in the file it stands; see `Script.cast`."""
    match place:
        case ("outside", int(i), *_) if i >= len(script.outside):
            return True, f"people.{person.id}.{dotted(place, ids)}"
        case ("goes_on", mood, int(n)):
            own = sum(len(lines) for of, lines in person.goes_on.items() if of == mood)
            return (True, f"people.{person.id}.goes_on.{mood}.{n}") if n < own else (False, f"goes_on.{mood}.{n - own}")
    return False, dotted(place, ids)


def _with_before(scenario: Scenario, wanted: Collection[str]) -> set[str]:
    return {*wanted, *told_before(scenario, wanted)}


def _told_by(fact: Fact) -> list[str]:
    """The texts that say what the fact is."""
    return [fact.title, *(line for lines in fact.lines.values() for line in lines)]


def _further(fact: Fact) -> list[str]:
    """What else she says of it, once it is told."""
    return [detail.line for detail in fact.more]


def _stems(text: str) -> frozenset[str]:
    """What a text is about, figures among it."""
    return frozenset((*content_words(text), *(word for word in words(text) if word.isdigit()))) - _UNITS - STOPWORDS


def _telling_words(scenario: Scenario, said: Sequence[_Said]) -> dict[str, frozenset[str]]:
    """By hidden fact, the words that tell it: figures, names, and what is rare in the file."""
    opening = scenario.fact(scenario.opening_fact)
    client, meeting = scenario.client, scenario.meeting
    given = [scenario.title, meeting.summary, meeting.briefing, meeting.planned, meeting.you_sell, client.name, client.role,
             client.company, client.industry, *_told_by(opening), *_further(opening), *(form.line for form in scenario.opening)]
    known = frozenset[str]().union(*map(_stems, given))
    everywhere = Counter(word for one in said for word in _stems(one.text))
    found: dict[str, frozenset[str]] = {}
    for fact in scenario.facts:
        if fact.id == scenario.opening_fact:
            continue
        lines = [line for told in fact.lines.values() for line in told]
        times = Counter(word for line in lines for word in _stems(line))
        at_home = Counter(word for line in (*lines, *_further(fact)) for word in _stems(line))
        earlier = [scenario.fact(other) for other in told_before(scenario, [fact.id])]
        heard = known.union(*(_stems(text) for other in earlier for text in _told_by(other)))
        title = _stems(fact.title)
        found[fact.id] = frozenset(
            word for word in times if word not in heard and (word in title or times[word] >= _OFTEN)
            and everywhere[word] - at_home[word] <= _RARE)
    return found


def _leaks(scenario: Scenario, said: Sequence[_Said], telling: Mapping[str, frozenset[str]],
           known: Mapping[str, Vectors]) -> Iterator[tuple[tuple[str, str], Finding]]:
    vectors = np.stack([known[one.text] for one in said])
    stems = [_stems(one.text) for one in said]
    for fact in scenario.facts:
        if fact.id == scenario.opening_fact:
            continue
        before = told_before(scenario, [fact.id])
        near = np.max(vectors @ np.stack([known[text] for text in _told_by(fact)]).T, axis=1)
        for one, cosine, words_of in zip(said, near, stems, strict=True):
            if not _may_come_first(scenario, one, fact):
                continue
            shared = sorted(words_of & telling[fact.id])
            severity = _how_sure(float(cosine), len(shared), one, fact, before)
            if severity is not None:
                by = f" by {', '.join(shared)}" if shared else " by its meaning"
                yield (fact.id, one.place), Finding(
                    severity, one.place, f"{quoted(one.text)} may be said before the fact {fact.id!r} is told, and gives it "
                    f"away{by} ({quoted(fact.title)}).", "Say less, or let it come after that fact.")


def _how_sure(cosine: float, shared: int, one: _Said, fact: Fact, before: Collection[str]) -> Severity | None:
    def beyond(bounds: Sequence[tuple[float, int]]) -> bool:
        return any(cosine >= near and shared >= number for near, number in bounds)

    if one.about == fact.id:
        return "error" if beyond(_SAID_IN_A_HINT) else None
    if one.about in before:
        return "warning" if beyond(_ON_THE_WAY) else None
    return "error" if beyond(_SURELY) else "warning" if beyond(_PERHAPS) else None


def _may_come_first(scenario: Scenario, one: _Said, fact: Fact) -> bool:
    """Whether the line may be said while the fact is still hidden."""
    if fact.id in one.after:
        return False
    return not one.telling or (one.about != fact.id and scenario.fact(one.about).trust <= fact.trust)


def _doubles(script: Script, scenario: Scenario, person: Person, known: dict[str, Vectors],
             embedder: Embedder) -> Iterator[tuple[tuple[str, str], Finding]]:
    """Questions for a fact that are nearly those for another, or for a topic outside; of two such the nearest pair."""
    asked = [(f"facts.{fact.id}", fact.id, told_before(scenario, [fact.id]), fact.asks) for fact in scenario.facts]
    for i, topic in enumerate(scenario.outside):
        whose = f"people.{person.id}." if i >= len(script.outside) else ""
        asked.append((f"{whose}outside.{topic.id}", "", _with_before(scenario, topic.after), topic.asks))
    _learn(known, [ask for *_, asks in asked for ask in asks], embedder)
    for i, (place, fact, before, asks) in enumerate(asked):
        for other_place, other, other_before, other_asks in asked[i + 1:]:
            # Of two that are told one after the other the first is meant until it is told, and then the second.
            if not fact or fact in other_before or (other and other in before):
                continue
            cosines = np.stack([known[ask] for ask in asks]) @ np.stack([known[ask] for ask in other_asks]).T
            a, b = np.unravel_index(int(np.argmax(cosines)), cosines.shape)
            if cosines[a, b] >= _ALIKE:
                severity: Severity = "error" if cosines[a, b] >= _THE_SAME else "warning"
                yield (place, other_place), Finding(
                    severity, f"{place}.asks.{a}", f"{quoted(asks[a])} asks nearly the same as {quoted(other_asks[b])} of "
                    f"{other_place}; which is meant is left to chance.",
                    "Take one of them out, or put it so that it asks one thing.")
