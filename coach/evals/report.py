"""An eval run as text for a person and as JSON for a machine. What differed is told of each failing case."""

from collections.abc import Sequence
from dataclasses import asdict

from coach.domain import Json
from coach.evals.ablation import Worth
from coach.evals.agreement import Agreement
from coach.evals.pairs import Difference, Robustness, by_kind, mean_difference
from coach.evals.questions import Answers
from coach.evals.retrieval import MEASURES, Retrieval
from coach.evals.run import Result, SuiteRun
from coach.evals.statistics import Estimate, PassRate, pass_rate
from coach.evals.tips import TipFit

SCHEMA_VERSION = 1


def overall(runs: Sequence[SuiteRun]) -> PassRate:
    """The pass rate over all cases of all `runs`, of which there must be some."""
    return pass_rate(sum(run.passed for run in runs), sum(len(run.results) for run in runs))


def to_text(runs: Sequence[SuiteRun]) -> str:
    """The report: a table of all cases a suite, then what differed in those that failed, then the pass rate."""
    parts = [_suite(run) for run in runs]
    if len(runs) > 1:
        parts.append(f"All suites: {rate_in_words(overall(runs))}")
    return "\n\n".join(parts)


def to_json(runs: Sequence[SuiteRun]) -> Json:
    """The same as plain data, with every observation."""
    return {
        "schema_version": SCHEMA_VERSION,
        "pass_rate": _rate(overall(runs)),
        "suites": [{
            "suite": run.suite.suite,
            "description": run.suite.description,
            "observers": run.observers,
            "pass_rate": _rate(pass_rate(run.passed, len(run.results))),
            "cases": [_case(result) for result in run.results],
        } for run in runs],
    }


def rate_in_words(rate: PassRate) -> str:
    """For example "20 of 27 passed, 74% (95% interval 55 to 87%, Wilson)."."""
    return (f"{rate.passed} of {rate.total} passed, {rate.rate:.0%} (95% interval {rate.low * 100:.0f} to "
            f"{rate.high * 100:.0f}%, Wilson).")


def _suite(run: SuiteRun) -> str:
    width = max(len(result.case.id) for result in run.results)
    scored_by = ", ".join(f"{name} ({count})" for name, count in run.observers.items()) or "nobody"
    lines = [f"Suite {run.suite.suite}: {run.suite.description}", f"Scored by: {scored_by}", "",
             f"{'':6}  {'case':{width}}  empathy  selling"]
    for result in run.results:
        empathy, selling = (result.score.empathy, result.score.selling) if result.score else ("-", "-")
        word = "pass" if result.passed else "FAIL"
        lines.append(f"{word:6}  {result.case.id:{width}}  {empathy:>7}  {selling:>7}")
    if run.failed:
        lines += ["", "What differed:"]
    for result in run.failed:
        lines.append(f"  {result.case.id}")
        lines += [f"    reply: “{result.case.reply}”"]
        lines += [f"    why:   {result.case.why}"] if result.case.why else []
        lines += [f"    - {difference}" for difference in result.differences]
    return "\n".join([*lines, "", rate_in_words(pass_rate(run.passed, len(run.results)))])


def _rate(rate: PassRate) -> Json:
    return {"passed": rate.passed, "total": rate.total, "rate": rate.rate, "low": rate.low, "high": rate.high,
            "interval": "wilson-95"}


def _case(result: Result) -> Json:
    score = result.score
    return {
        "id": result.case.id,
        "passed": result.passed,
        "differences": list(result.differences),
        "reply": result.case.reply,
        "empathy": score.empathy if score else None,
        "selling": score.selling if score else None,
        "observations": [
            {"behaviour": str(seen.behaviour), "quote": seen.quote, "start": seen.start, "confidence": seen.confidence}
            for seen in score.observations] if score else [],
        "source": {"engine": score.source.engine, "model": score.source.model, "prompt_hash": score.source.prompt_hash,
                   "rubric_version": score.source.rubric_version} if score else None,
    }


def agreement_text(found: Agreement) -> str:
    """The agreement as two small tables."""
    by = ", ".join(f"{count} by {who}" for who, count in found.by.items())
    lines = [f"{found.replies} rated replies, scored {by}", ""]
    lines.append(f"{'scale':<10}{'Spearman (95%)':>26}{'weighted kappa (95%)':>26}")
    lines += [f"{one.scale:<10}{_with_interval(one.spearman):>26}{_with_interval(one.kappa):>26}" for one in found.scales]
    lines += ["", f"{'behaviour':<20}{'rated':>7}{'seen':>7}{'F1':>7}"]
    lines += [f"{one.behaviour:<20}{one.rated:>7}{one.seen:>7}{one.f1:>7.2f}"
              for one in sorted(found.behaviours, key=lambda one: -one.rated)]
    lines += ["", f"macro F1 over the 15 commonest: {found.macro_f1():.2f}; F1 of earned: {found.earned:.2f}"]
    told = ", ".join(f"{scale} {value:+.2f}" for scale, value in found.length.items())
    lines += [f"Spearman of score and length, ratings held fixed: {told}"]
    lines += ["", f"{'confidence':<12}{'replies':>8}{'both scales within 25 points':>32}"]
    lines += [f"{band.confidence:<12.2f}{band.replies:>8}{band.near:>32.2f}" for band in found.sureness]
    return "\n".join([*lines, f"expected calibration error: {found.calibration_error:.2f}"])


def agreement_json(found: Agreement) -> dict[str, object]:
    """The agreement for programs; stable keys."""
    return asdict(found) | {"macro_f1_15": found.macro_f1(), "calibration_error": found.calibration_error}


def robustness_text(found: Robustness) -> str:
    """The differences as small tables, and the gaming that paid, one by one."""
    lines = [f"{'pairs':<28}{'count':>6}{'mean |difference| of empathy':>32}{'of selling':>12}"]
    for name, differences in (("other idioms", found.idioms), ("other names and genders", found.names)):
        lines.append(_difference_row(name, differences))
    lines += [_difference_row(f"  {kind}", some) for kind, some in by_kind(found.idioms).items()]
    lines += ["", f"Gaming: {len(found.raised)} of {len(found.gaming)} additions raised empathy."]
    lines += [f"  +{one.empathy} ({one.kind}) “{one.second}”" for one in found.raised]
    return "\n".join(lines)


def robustness_json(found: Robustness) -> dict[str, object]:
    """The same for programs."""
    return {
        "idioms": _difference_json(found.idioms), "names": _difference_json(found.names),
        "gaming": {"tried": len(found.gaming), "raised": len(found.raised), "raising": [asdict(one) for one in found.raised]}}


def _difference_row(name: str, differences: tuple[Difference, ...]) -> str:
    empathy, selling = mean_difference(differences)
    return f"{name:<28}{len(differences):>6}{empathy:>32.1f}{selling:>12.1f}"


def _difference_json(differences: tuple[Difference, ...]) -> dict[str, object]:
    empathy, selling = mean_difference(differences)
    return {"pairs": len(differences), "empathy": empathy, "selling": selling}


def ablation_text(worths: Sequence[Worth]) -> str:
    """One row a group left out, and what that costs."""
    whole = worths[0]
    lines = [f"{'left out':<26}{'empathy':>16}{'selling':>16}{'overall':>16}{'macro F1':>16}"]
    for one in worths:
        cells = [f"{value:.3f} ({value - whole.spearman[scale]:+.3f})" for scale, value in one.spearman.items()]
        cells.append(f"{one.macro_f1:.3f} ({one.macro_f1 - whole.macro_f1:+.3f})")
        lines.append(f"{one.without or 'nothing':<26}" + "".join(f"{cell:>16}" for cell in cells))
    return "\n".join(lines)


def questions_text(found: Answers) -> str:
    """How many questions got which sort of answer."""
    rows = (("the answer that was asked for", found.right), ("another answer", found.wrong),
            ("an answer where the scenario has none", found.made_up), ("no answer though there is one", found.missed),
            ("no answer, and there is none", found.none))
    told = "\n".join(f"{number:>5}  {number / found.total:>4.0%}  {what}" for what, number in rows)
    return f"{found.total} questions\n{told}"


def retrieval_text(found: Retrieval) -> str:
    """One row a part of the search, then how well it abstains."""
    names = {"words": "BM25 alone", "meaning": "meaning alone", "fused": "both, fused", "ranked": "as shown (reranked)"}
    lines = [f"{found.answerable} questions with an answer", f"{'':<22}" + "".join(f"{name:>22}" for name in MEASURES)]
    for system, measures in found.measures.items():
        lines.append(f"{names[system]:<22}" + "".join(f"{_with_interval(measures[name]):>22}" for name in MEASURES))
    lines.append("Found among the first five, where what was left unanswered counts as not found: "
                 f"{_with_interval(found.found)}")
    lines.append(f"{found.unanswerable} questions without: " + ", ".join(
        f"{name} of abstaining {_with_interval(value)}" for name, value in found.abstaining.items()))
    return "\n".join(lines)


def tips_text(found: TipFit) -> str:
    """One row a way to choose the card, then which cards are cited."""
    names = {"situation": "by the situation", "reply": "by the reply's words", "same": "always one card"}
    lines = [f"{found.situations} situations; a tip in {found.given} of them",
             f"{'':<22}{'card fits':>22}{'fits best':>22}"]
    lines += [f"{names[way]:<22}{_with_interval(value):>22}{_with_interval(found.best[way]):>22}"
              for way, value in found.fitting.items()]
    lines.append("Cited: " + ", ".join(f"{card} {times}" for card, times in found.cited))
    return "\n".join(lines)


def _with_interval(estimate: Estimate) -> str:
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"
