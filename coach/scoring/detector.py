"""The embedded observer: cues and what was learned from rated replies, together. No language model, no network.

What is learned says how much and how likely; the cues and the encoder say where. Words that are there to please whoever marks
them are left out before the reply is weighed, so that they can only cost. The same words from anyone give the same score.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property

from coach.domain import PLAIN, Impression, Observation, ReplyScore, ScoreSource, Speaker, Transcript
from coach.domain import Behaviour as B
from coach.language.context import Reading
from coach.language.embeddings import Embedder
from coach.language.kind import Kind, kind_of
from coach.language.text import Sentence, sentences, words
from coach.scoring.cues import Cues, clue_in
from coach.scoring.events import events_of
from coach.scoring.features import dense
from coach.scoring.hollow import IsHollow, by_model
from coach.scoring.learned import SCALES, Learned, Model, load_model, read
from coach.scoring.reasons import in_words
from coach.scoring.rubric import Rubric, Side
from coach.scoring.stuffing import POOR, cores

UNREADABLE = "This reply could not be read with confidence; take its scores lightly."
_UNREADABLE = (Kind.GIBBERISH, Kind.OTHER_LANGUAGE)
_BARELY_SURE = 0.3
_EVEN = 0.5
# Where a cue stands against what was learned, the score is no surer than even.
_FAR_APART = 0.5
# Where a clear cue shows one of these, it stands, however likely it was learned to be: over the training replies (held out by
# writer) that costs no F1 worth the name, and a trainee can count on it. Other cues need to be half as likely as usual.
_CLEAR_CUE = 0.8
_SURE_CUES = frozenset({B.OWNS_MISTAKE, B.NON_APOLOGY, B.MANIPULATES_SCORER, B.VENDOR_CENTRED, B.FALSE_EMPATHY})
_FAIR_CUES = frozenset({B.OFFERS_HELP, B.SELF_DISCLOSURE, B.NEXT_STEP, B.JARGON, B.FLATTERY, B.SETS_AGENDA_ASIDE})
_FAIR = 0.6
# In a reply this short there is little else to go by: of "What about the project?" and the like the raters named all.
_BRIEF = 8
# A reply that reads this warm is no springboard.
_WARM = 65
# What can not both be: where the cue shows one and not the other, the other goes, unless it is as likely as this.
_OPPOSITES = ((B.SETS_AGENDA_ASIDE, B.TURNS_TO_DEAL), (B.TURNS_TO_DEAL, B.SETS_AGENDA_ASIDE), (B.NON_APOLOGY, B.OWNS_MISTAKE),
              (B.NON_APOLOGY, B.ACKNOWLEDGES))
_OVERWHELMING = 0.75
# What there can be only where the customer has said something.
_OF_HER_WORDS = frozenset({B.FOLLOWS_CLUE, B.MISSES_CLUE, B.REFLECTS_CONTENT})
# What a trainee would deny who never said it: without words for it in the reply it stays a "perhaps".
_NEEDS_WORDS = frozenset({B.OWNS_MISTAKE, B.SETS_AGENDA_ASIDE})
# Likewise, but for where it is as likely as this.
_SELDOM_WITHOUT_WORDS = frozenset({B.FALSE_EMPATHY, B.TURNS_TO_DEAL, B.PRESSURE, B.NON_APOLOGY})
_PERHAPS = PLAIN - 0.01
_READS_WELL = 70


class Detector:
    """An `Observer` by cues and a small model."""

    def __init__(self, embedder: Embedder, rubric: Rubric, model: Model | None = None) -> None:
        self._embedder = embedder
        self._cues = Cues(embedder)
        self._rubric = rubric
        self._given = model
        self._threads = ThreadPoolExecutor(thread_name_prefix="reader")

    @property
    def _model(self) -> Model:
        """Read when the first reply comes."""
        return self._given or load_model()

    @cached_property
    def _is_hollow(self) -> IsHollow:
        return by_model(self._model, self._embedder)

    def score(self, history: Transcript, reply: str) -> ReplyScore:
        """See `Observer.score`."""
        [whole] = self._weigh(history, [reply])
        # Hollow sentences make a poor reply look a little better, not good: what reads well is spared the second look.
        padded = [core for core in cores(history, reply, self._is_hollow) if core.below > POOR or whole.empathy < _READS_WELL]
        parts = self._weigh(history, [core.text for core in padded]) if padded else []
        heard = [part for core, part in zip(padded, parts, strict=True) if part.empathy < core.below]
        return _at_worst(whole, heard, self._rubric)

    def _weigh(self, history: Transcript, texts: Sequence[str]) -> list[ReplyScore]:
        """The score of each text by itself. The encoder reads in a thread of its own: numpy's products run side by side."""
        readings = self._threads.submit(read, self._model, history, texts)
        cues = [self._cues.observe(history, text) for text in texts]
        return [self._scored(history, text, seen, reading)
                for text, seen, reading in zip(texts, cues, readings.result(), strict=True)]

    def _scored(self, history: Transcript, reply: str, seen: Sequence[Observation], reading: Reading | None) -> ReplyScore:
        learned = self._model.judge(dense(history, reply, seen), reply, reading)
        kind = kind_of(reply)
        unread = kind in _UNREADABLE
        shown = () if unread or kind is Kind.SILENCE else self._shown(history, reply, seen, learned)
        contested = any(learned.behaviours.get(one.behaviour, 1.0) < one.confidence - _FAR_APART for one in shown)
        most = _BARELY_SURE if unread else _EVEN if contested else 1.0
        sure = min(learned.confidence, most)
        empathy, selling, overall = (learned.amounts[scale] for scale in SCALES)
        impression = Impression(empathy, selling, overall, learned.earned >= _EVEN, sure, in_words(learned.movers))
        name = self._model.version if learned.evidence else f"{self._model.version}, words alone"
        return self._rubric.score(shown, events_of(history, shown), ScoreSource("embedded", name, "", self._rubric.version),
                                  impression, UNREADABLE if unread else "")

    def _shown(self, history: Transcript, reply: str, seen: Sequence[Observation], learned: Learned) -> tuple[Observation, ...]:
        """What is likely enough to be told, each with its words; the confidence is what was learned."""
        cues = {str(one.behaviour): one for one in seen}
        parts = sentences(reply)
        brief = len(words(reply)) <= _BRIEF
        spoken_to = bool(history.last(Speaker.CUSTOMER).strip())
        found: list[Observation] = []
        for name, likely in learned.behaviours.items():
            cue = cues.get(name)
            sure = _by_cue(cue, likely, self._model.thresholds[name], learned.amounts["empathy"], brief=brief)
            impossible = not parts or (name in _OF_HER_WORDS and not spoken_to)
            if impossible or _ruled_out(name, likely, cues) or (not sure and likely < self._model.thresholds[name]):
                continue
            confidence = round(max(likely, sure), 2)
            if cue is None and (name in _NEEDS_WORDS or (name in _SELDOM_WITHOUT_WORDS and likely < _OVERWHELMING)):
                confidence = min(confidence, _PERHAPS)
            if cue is not None:
                found.append(replace(cue, confidence=confidence))
            else:
                part = _telling(parts, learned.evidence.get(name, ()))
                about = clue_in(history.last(Speaker.CUSTOMER)) if name == B.MISSES_CLUE else ""
                found.append(Observation(name, part.text, part.start, confidence, about))
        return tuple(sorted(_one_fate(found), key=lambda one: (one.start, one.behaviour)))


def _one_fate(found: Sequence[Observation]) -> list[Observation]:
    """`found` with a clue either taken up or passed over: the likelier of the two."""
    fates = [one for one in found if one.behaviour in (B.FOLLOWS_CLUE, B.MISSES_CLUE)]
    likelier = max(fates, key=lambda one: one.confidence, default=None)
    return [one for one in found if one not in fates or one is likelier]


def _by_cue(cue: Observation | None, likely: float, least: float, empathy: float, *, brief: bool) -> float:
    """The confidence that a clear cue gives, 0 where it gives none: some stand alone, of the others half the usual will do."""
    if cue is None or cue.confidence < _CLEAR_CUE or (cue.behaviour == B.FALSE_EMPATHY and empathy >= _WARM):
        return 0.0
    if cue.behaviour in _SURE_CUES or (brief and cue.behaviour == B.TURNS_TO_DEAL):
        return cue.confidence
    if cue.behaviour in _FAIR_CUES:
        return _FAIR
    return _EVEN if likely >= least / 2 else 0.0


def _ruled_out(name: str, likely: float, cues: Mapping[str, Observation]) -> bool:
    """Whether a clear cue shows the opposite of `name`, and none shows it."""
    if name in cues or likely >= _OVERWHELMING:
        return False
    return any(name == out and shown in cues and cues[shown].confidence >= _CLEAR_CUE for shown, out in _OPPOSITES)


def _telling(parts: Sequence[Sentence], evidence: Sequence[float]) -> Sentence:
    """The sentence that speaks most for a behaviour; the longest where nothing tells them apart."""
    if len(evidence) != len(parts):
        return max(parts, key=lambda part: len(part.text))
    return parts[max(range(len(parts)), key=lambda i: evidence[i])]


def _at_worst(whole: ReplyScore, heard: Sequence[ReplyScore], rubric: Rubric) -> ReplyScore:
    """Of the reply as written and what it is without its padding what speaks for it least: padding can only cost.

    What turned to the person counts only as far as it is seen there too; what turned to the deal stands as written.
    """
    if not heard:
        return whole
    worst = min(heard, key=lambda one: one.empathy)
    if worst.empathy >= whole.empathy:
        worst = whole
    kept = {seen.behaviour for seen in worst.observations}
    shown = tuple(seen for seen in whole.observations
                  if rubric.side(seen.behaviour) is not Side.PERSON or seen.behaviour in kept)
    empathy, selling = worst.empathy, max(one.selling for one in (whole, *heard))
    names = {seen.behaviour for seen in shown}
    parts = [part for part in whole.contributions if part.behaviour in names]
    return replace(
        whole, empathy=empathy, selling=selling, overall=min(one.overall for one in (whole, *heard)),
        earned=whole.earned and all(one.earned for one in heard), confidence=min(one.confidence for one in (whole, worst)),
        observations=shown, contributions=rubric.accounted(parts, empathy, selling), events=whole.events or worst.events,
        reason=worst.reason)
