"""The evals: does an observer see in a reply what a coach sees? Suites of cases, a run, its figures and its report.

`run_suite(get_suite("first-replies"), observer)` gives the results, `to_text` and `to_json` the report.

    cases.py        suites as data (`evals/cases/*.yaml`)      run.py      a suite against an observer
    statistics.py   a pass rate with its interval              report.py   as text and as JSON
"""

from coach.evals.cases import Case, Expectation, Span, Suite, get_suite, load_suite, load_suites
from coach.evals.report import to_json, to_text
from coach.evals.run import Result, SuiteRun, run_suite
from coach.evals.statistics import PassRate, pass_rate

__all__ = [
    "Case", "Expectation", "PassRate", "Result", "Span", "Suite", "SuiteRun", "get_suite", "load_suite", "load_suites",
    "pass_rate", "run_suite", "to_json", "to_text",
]
