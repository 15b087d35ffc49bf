"""Run a suite against an observer: score each case as a reply in a meeting, and hold it against what was expected."""

from collections.abc import Callable
from dataclasses import dataclass

from coach.domain import ReplyScore
from coach.errors import CoachError
from coach.evals.cases import Case, Expectation, Span, Suite
from coach.scoring.observer import Observer

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case.

    Attributes:
        score: what the observer made of the reply; None where it failed.
        differences: each way in which that is not what was expected, as a short phrase; none where the case passed.
    """

    case: Case
    score: ReplyScore | None
    differences: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether all was as expected."""
        return not self.differences


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """A suite and the results of all its cases, in their order."""

    suite: Suite
    results: tuple[Result, ...]

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(result.passed for result in self.results)

    @property
    def failed(self) -> tuple[Result, ...]:
        """Those that did not."""
        return tuple(result for result in self.results if not result.passed)

    @property
    def observers(self) -> dict[str, int]:
        """Cases by who scored them. More than one where a language model failed and the embedded observer stood in."""
        counts: dict[str, int] = {}
        for result in self.results:
            if result.score is not None:
                name = f"{result.score.source.engine} {result.score.source.model}"
                counts[name] = counts.get(name, 0) + 1
        return counts


def run_suite(suite: Suite, observer: Observer, progress: Progress | None = None) -> SuiteRun:
    """Score every case of `suite`. A case that can not be scored has failed; the others go on.

    Args:
        suite: the cases.
        observer: who scores the replies.
        progress: told the cases done and the cases in all, after each.
    """
    results = []
    for done, case in enumerate(suite.cases, start=1):
        results.append(_run(case, observer))
        if progress is not None:
            progress(done, len(suite.cases))
    return SuiteRun(suite, tuple(results))


def differences(expected: Expectation, score: ReplyScore) -> tuple[str, ...]:
    """Each way in which `score` is not as expected."""
    found = [f"{behaviour} was not seen" for behaviour in expected.shows if not score.shows(behaviour)]
    for seen in score.observations:
        if seen.behaviour in expected.not_shows:
            found.append(f"{seen.behaviour} was seen in “{seen.quote}”")
    scales = (("empathy", expected.empathy, score.empathy), ("selling", expected.selling, score.selling))
    for scale, span, points in scales:
        if span is not None and not span.holds(points):
            found.append(f"{scale} is {points}, expected {_in_words(span)}")
    return tuple(found)


def _run(case: Case, observer: Observer) -> Result:
    try:
        score = observer.score(case.transcript, case.reply)
    except CoachError as error:
        return Result(case, None, (f"it could not be scored: {error}",))
    return Result(case, score, differences(case.expect, score))


def _in_words(span: Span) -> str:
    if span.min == 0:
        return f"at most {span.max}"
    return f"{span.min} to {span.max}" if span.max < 100 else f"at least {span.min}"  # noqa: PLR2004 - the scale's end
