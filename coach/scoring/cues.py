"""Behaviours observed by their cues: from what was said before and a reply to what it does, each with its words.

Rules over `language/`: phrases and near meanings sentence by sentence (`cues.yaml`), then the order of things in the reply
and its relation to the customer's last line. The same words from anyone give the same observations.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import numpy as np
from pydantic import Field, RootModel

from coach.datafile import DataModel, load_yaml
from coach.domain import Behaviour as B
from coach.domain import Observation, Speaker, Transcript
from coach.language.embeddings import Embedder
from coach.language.kind import Kind, kind_of
from coach.language.lexicon import lexicon, phrases
from coach.language.plain import plain
from coach.language.text import Sentence, content_words, sentences, words

_FILE = Path(__file__).parent / "cues.yaml"
_BY_WORDS = 0.9
_WARM = frozenset({B.ACKNOWLEDGES, B.REFLECTS_FEELING, B.REFLECTS_CONTENT, B.INVITES_MORE, B.FOLLOWS_CLUE, B.OFFERS_HELP})
_STAYS = frozenset({B.REFLECTS_FEELING, B.REFLECTS_CONTENT, B.FOLLOWS_CLUE, B.SETS_AGENDA_ASIDE, B.OFFERS_HELP, B.OWNS_MISTAKE})
_PERSONAL = frozenset({B.ACKNOWLEDGES, B.REFLECTS_FEELING, B.INVITES_MORE, B.OPEN_QUESTION})
_BY_FORMULA = 0.3
_TELLING_WORD = 5
_VENDOR_SHARE = 0.05
_VENDOR_WORDS = 2
_A_LINE_OF_SUBSTANCE = 5
# One shared word is not yet a paraphrase.
_A_PARAPHRASE = 2
# What stands before or after a word of business that is being put away, not brought up.
_NOT_NOW_BEFORE = re.compile(
    r"(?:\b(?:not|never mind|forget|without|rather than|instead of|nothing to do with|put(?:ting)?|leav(?:e|ing)|park|"
    r"drop|shelve|hang|skip)"
    r"(?:\s+\w+){0,4}|\b(?:don|didn|doesn|isn|needn|wasn|won)['’]t\s+(?:mean|need|have|want|matter|care|worry|about|the|it|here|"
    r"my|be|talking|asking|thinking)(?:\s+\w+){0,5})\s*$", re.IGNORECASE)
_NOT_NOW_AFTER = re.compile(
    r"(?:\s+\w+){0,4}\s+(?:away|aside|can wait|will keep|will wait|can keep|does(?:n['’]t| not) matter|"
    r"is(?:n['’]t| not) important|go hang|(?:is )?off the table|back in (?:my|the) bag)\b", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[,;:](?=\s)|\s[—–-](?=\s)")


class Cue(DataModel):
    """What gives one behaviour away; see the head of `cues.yaml`."""

    says: tuple[str, ...]
    like: tuple[str, ...] = ()
    like_from: Annotated[float, Field(gt=0, le=1)] = 0.6


class _CueFile(RootModel[Mapping[B, Cue]]):
    """A cue by behaviour."""


@lru_cache
def load_cues(path: Path = _FILE) -> Mapping[B, Cue]:
    """Read the cues.

    Raises:
        DataFileError: names file, line and fault.
    """
    return load_yaml(path, _CueFile).root


@lru_cache
def phrases_of(behaviour: B) -> re.Pattern[str]:
    """The phrases that give `behaviour` away, as one pattern."""
    return phrases(load_cues()[behaviour].says)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A sentence of the reply: what it shows, where in it (start and end), and whether it turns to the deal."""

    sentence: Sentence
    shows: Mapping[B, float]
    where: Mapping[B, tuple[int, int]]
    deal: bool

    def observation(self, behaviour: B) -> Observation:
        """The behaviour with the part of the sentence that shows it."""
        start, end = clause_around(self.sentence.text, *self.where.get(behaviour, (0, len(self.sentence.text))))
        return Observation(behaviour, self.sentence.text[start:end], self.sentence.start + start,
                           round(self.shows[behaviour], 2))


class Cues:
    """Observes by rules; no trained part, no network."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        cues = load_cues()
        self._phrases = {behaviour: phrases_of(behaviour) for behaviour in cues}
        self._likes = [(b, cue.like_from, embedder.embed(cue.like)) for b, cue in cues.items() if cue.like]

    def observe(self, history: Transcript, reply: str) -> tuple[Observation, ...]:
        """What `reply` does, in the order of its words; every quote stands in it verbatim."""
        if kind_of(reply) in (Kind.SILENCE, Kind.GIBBERISH, Kind.OTHER_LANGUAGE):
            return ()
        before = history.last(Speaker.CUSTOMER)
        seen = [_unrepeated(one, history) for one in self._sentences(reply, before)]
        found = [one.observation(behaviour) for one in seen for behaviour in one.shows]
        found += _whole_reply(reply, before, seen)
        best: dict[str, Observation] = {}
        for one in found:
            if one.behaviour not in best or one.confidence > best[one.behaviour].confidence:
                best[one.behaviour] = one
        return tuple(sorted(best.values(), key=lambda o: (o.start, o.behaviour)))

    def _sentences(self, reply: str, before: str) -> list[_Seen]:
        parts = sentences(reply)
        vectors = self._embedder.embed([part.text for part in parts])
        context = set(content_words(before))
        seen = []
        for part, vector in zip(parts, vectors, strict=True):
            where = {b: match.span() for b, pattern in self._phrases.items() if (match := pattern.search(part.text))}
            # What only shows once the spelling is mended has the whole sentence for its words.
            meant = plain(part.text)
            shows = {b: _BY_WORDS for b, pattern in self._phrases.items() if b in where or pattern.search(meant)}
            for behaviour, least, likes in self._likes:
                cosine = float(np.max(likes @ vector))
                if cosine >= least:
                    shows.setdefault(behaviour, min(_BY_WORDS, 0.5 + cosine - least))
            seen.append(_in_context(part, shows, where, context))
        return seen


def _in_context(part: Sentence, shows: dict[B, float], where: dict[B, tuple[int, int]], context: set[str]) -> _Seen:
    """What the sentence does, given the words of the customer's last line."""
    if B.MANIPULATES_SCORER in shows:
        return _Seen(part, {B.MANIPULATES_SCORER: _BY_WORDS}, where, deal=False)
    _business(part, shows, where)
    _sort_out(shows)
    turned = B.TURNS_TO_DEAL in shows
    if jargon := lexicon("jargon").search(part.text):
        shows[B.JARGON] = 0.8
        where[B.JARGON] = jargon.span()
    common = {word for word in content_words(part.text) if word in context}
    if not common and lexicon("formula").search(part.text):
        # Words that fit any customer show little until they meet something of this one's.
        for behaviour in _PERSONAL & shows.keys():
            shows[behaviour] = min(shows[behaviour], _BY_FORMULA)
    if not turned and (len(common) >= _A_PARAPHRASE or any(len(word) >= _TELLING_WORD for word in common)):
        shows.setdefault(B.FOLLOWS_CLUE, min(_BY_WORDS, 0.6 + 0.15 * len(common)))
        if len(common) >= _A_PARAPHRASE and not part.is_question and not _asks_to_tell(part.text):
            shows.setdefault(B.REFLECTS_CONTENT, 0.7)
    if part.is_question:
        _question(part, shows, turned=turned)
    return _Seen(part, shows, where, deal=turned)


def _business(part: Sentence, shows: dict[B, float], where: dict[B, tuple[int, int]]) -> None:
    """Whether the sentence turns to the deal, or names it to put it away ("forget the project")."""
    business = lexicon("deal").search(part.text)
    if business is not None:
        where.setdefault(B.TURNS_TO_DEAL, business.span())
        if _set_aside(part.text, *business.span()):
            shows.setdefault(B.SETS_AGENDA_ASIDE, 0.8)
    if B.SETS_AGENDA_ASIDE in shows:
        for behaviour in (B.PITCH, B.PRESSURE, B.NEXT_STEP, B.ADVICE):
            shows.pop(behaviour, None)
        return
    named = business is not None and B.OWNS_MISTAKE not in shows
    if B.OFFERS_HELP in shows and not named and shows.get(B.PITCH, 0) < _BY_WORDS:
        shows.pop(B.PITCH, None)
    if named or B.PITCH in shows or B.PRESSURE in shows:
        if not (part.is_question and B.OFFERS_HELP in shows):
            shows.setdefault(B.TURNS_TO_DEAL, _BY_WORDS if named else 0.6)
        for behaviour in (B.INVITES_MORE, B.REFLECTS_FEELING, B.OFFERS_HELP, B.SELF_DISCLOSURE):
            shows.pop(behaviour, None)


def _sort_out(shows: dict[B, float]) -> None:
    """What rules out what: a sentence that excuses or consoles away has not acknowledged."""
    if B.NON_APOLOGY in shows:
        shows.pop(B.ACKNOWLEDGES, None)
        shows.pop(B.OWNS_MISTAKE, None)
    if B.EMPTY_REASSURANCE in shows:
        shows.pop(B.ACKNOWLEDGES, None)


def _unrepeated(one: _Seen, history: Transcript) -> _Seen:
    """What the sentence shows, less its kindness where the trainee has said the very same before."""
    if not said_before(one.sentence.text, history):
        return one
    return _Seen(one.sentence, {b: c for b, c in one.shows.items() if b not in _WARM | _PERSONAL}, one.where, one.deal)


def said_before(text: str, history: Transcript) -> bool:
    """Whether the trainee has said these very words in an earlier reply; short words may return."""
    said = words(text)
    return len(said) >= _A_LINE_OF_SUBSTANCE and any(
        said == words(part.text) for earlier in history.said_by(Speaker.TRAINEE) for part in sentences(earlier))


def _asks_to_tell(text: str) -> bool:
    """Whether a sentence asks for what its words name ("Tell me about the people you hired"): that plays nothing back."""
    return words(text)[:2] in (("tell", "me"), ("talk", "me"), ("walk", "me"), ("help", "me"), ("say", "more"))


def _set_aside(text: str, start: int, end: int) -> bool:
    """Whether the words from `start` to `end` are named to be put away: "not the project", "the budget can wait"."""
    return bool(_NOT_NOW_BEFORE.search(text[:start]) or _NOT_NOW_AFTER.match(text[end:]))


def _question(part: Sentence, shows: dict[B, float], *, turned: bool) -> None:
    if part.is_open_question:
        # "Who are you most worried about?" asks for a feeling; it does not name one.
        shows.pop(B.REFLECTS_FEELING, None)
        shows.pop(B.ADVICE, None)
    leads = turned and not part.is_open_question
    if leads and lexicon("leading").search(part.text):
        shows[B.LEADING_QUESTION] = 0.7
    elif part.is_open_question and not turned:
        shows[B.OPEN_QUESTION] = _BY_WORDS if lexicon("self").search(part.text) else 0.8
    elif not part.is_open_question and B.OFFERS_HELP not in shows:
        shows[B.CLOSED_QUESTION] = 0.7


def _whole_reply(reply: str, before: str, seen: Sequence[_Seen]) -> list[Observation]:
    """What only shows over the whole reply: its order, its we and our, what it leaves lying."""
    found: list[Observation] = []
    if not seen:
        return found
    first_deal = next((i for i, s in enumerate(seen) if s.deal), None)
    warm = [i for i, s in enumerate(seen) if _WARM & s.shows.keys()]
    stays = any(_STAYS & s.shows.keys() for s in seen)
    if first_deal is not None and any(i < first_deal for i in warm):
        returns = any(i > first_deal for i in warm)
        aside = any(B.SETS_AGENDA_ASIDE in s.shows for s in seen)
        owned = any(B.OWNS_MISTAKE in s.shows for s in seen)
        if not returns and not aside and not owned:
            start, end = seen[warm[0]].sentence.start, seen[first_deal].sentence
            found.append(Observation(B.FALSE_EMPATHY, reply[start : end.start + len(end.text)], start, 0.6 if stays else 0.85))
    elif first_deal is not None and any(i == first_deal for i in warm) and not stays:
        one = seen[first_deal].sentence
        if lexicon("turn").search(one.text):
            found.append(Observation(B.FALSE_EMPATHY, one.text, one.start, 0.7))
    vendor = lexicon("vendor").findall(reply)
    if len(vendor) >= _VENDOR_WORDS and len(vendor) / max(1, len(words(reply))) >= _VENDOR_SHARE and first_deal is not None:
        most = max(seen, key=lambda s: len(lexicon("vendor").findall(s.sentence.text))).sentence
        found.append(Observation(B.VENDOR_CENTRED, most.text, most.start, 0.8))
    clue = clue_in(before)
    met = any((_WARM | {B.SETS_AGENDA_ASIDE, B.OWNS_MISTAKE, B.OPEN_QUESTION}) & s.shows.keys() for s in seen)
    hurried = any(o.behaviour == B.FALSE_EMPATHY for o in found)
    if clue and (not met or hurried):
        passed = seen[first_deal].sentence if first_deal is not None else seen[0].sentence
        found.append(Observation(B.MISSES_CLUE, passed.text, passed.start, 0.6 if hurried else 0.85, about=clue))
    return found


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The clause of `text` that holds `start` to `end`, between commas, semicolons, colons and dashes; without white space."""
    breaks = [0, *(match.end() for match in _CLAUSE_END.finditer(text)), len(text)]
    first = max(place for place in breaks if place <= start)
    last = min(place for place in breaks if place >= end)
    part = text[first:last]
    return first + len(part) - len(part.lstrip()), first + len(part.rstrip(" ,;:—–"))


def clue_in(line: str) -> str:
    """The sentence of a customer's line that most asks to be taken up; empty where nothing weighty stands in it."""
    def weight(sentence: Sentence) -> int:
        return 2 * len(lexicon("weighty").findall(sentence.text)) + len(lexicon("feeling").findall(sentence.text))

    told = [part for part in sentences(line) if not part.is_question and len(words(part.text)) >= _A_LINE_OF_SUBSTANCE]
    heaviest = max(sentences(line), key=weight, default=None)
    if heaviest is not None and weight(heaviest) > 0:
        return heaviest.text
    # Nothing heavy by its words: what the customer tells of themselves is still an opening.
    return next((part.text for part in reversed(told) if lexicon("speaker").search(part.text)), "")
