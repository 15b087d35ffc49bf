"""Simulated meetings in a table, and what ought to hold over them: care pays, harder is harder, nothing leaks early."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations, pairwise
from statistics import mean

from coach.domain import Json, Level
from coach.evals.simulation import Played, shared

_BLOCKS = "▁▂▃▄▅▆▇█"
# The trainees from whom more and more must be learned, and how much at each level; see the closing lines of the table.
_ORDER = ("pitcher", "mixed", "person-first")
_LEAST_EASY = 0.80
_HARD = (0.40, 0.70)
_MOST_PITCHING = 0.20
_MOST_SHARED = 0.40


@dataclass(frozen=True, slots=True)
class Cell:
    """All seeds of one scenario, level and trainee: means of the share learned and of the last trust, and the mean curve."""

    scenario: str
    level: Level
    trainee: str
    learned: float
    trust: float
    replies: float
    curve: tuple[float, ...]
    endings: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Check:
    """Something that ought to hold, whether it does, and where it does not."""

    what: str
    holds: bool
    figure: str
    where: tuple[str, ...] = ()


def cells(played: Iterable[Played]) -> tuple[Cell, ...]:
    """The meetings by scenario, level and trainee, in their order."""
    groups: dict[tuple[str, Level, str], list[Played]] = {}
    for one in played:
        groups.setdefault((one.scenario, one.level, one.trainee), []).append(one)
    return tuple(_cell(*key, found) for key, found in groups.items())


def _cell(scenario: str, level: Level, trainee: str, found: Sequence[Played]) -> Cell:
    endings = [one.ending.value if one.ending else "open" for one in found]
    return Cell(
        scenario, level, trainee, mean(one.learned for one in found), mean(one.trust[-1] for one in found),
        mean(len(one.exchanges) - 1 for one in found), curve(found),
        {ending: endings.count(ending) for ending in sorted(set(endings))})


def curve(found: Sequence[Played]) -> tuple[float, ...]:
    """Mean trust after each reply; a meeting that is over keeps its last."""
    longest = max(len(one.trust) for one in found)
    return tuple(mean(one.trust[min(i, len(one.trust) - 1)] for one in found) for i in range(longest))


def checks(played: Sequence[Played]) -> tuple[Check, ...]:
    """What the table ought to show; what needs a trainee or level that was not played is left out."""
    by = {(cell.scenario, cell.level, cell.trainee): cell for cell in cells(played)}
    found = [*_in_order(by), *_harder(by), *_amounts(by), *_injector(by)]
    early = [f"{one.scenario} {one.level.value} {one.trainee} seed {one.seed}" for one in played if one.early]
    twice = [f"{one.scenario} {one.level.value} {one.trainee} seed {one.seed}" for one in played if one.repeated]
    return (*found, Check("no fact before its trust", not early, str(len(early)), tuple(early)),
            Check("no line twice in a meeting", not twice, str(len(twice)), tuple(twice)), *_apart(played))


_By = Mapping[tuple[str, Level, str], Cell]
_IN_ORDER: Mapping[str, Callable[[Cell], float]] = {
    "facts learned": lambda cell: cell.learned, "last trust": lambda cell: cell.trust}


def _in_order(by: _By) -> Iterable[Check]:
    seats = {(scenario, level) for scenario, level, _ in by if all((scenario, level, one) in by for one in _ORDER)}
    for what, value in _IN_ORDER.items():
        bad = sorted(f"{scenario} {level.value}" for scenario, level in seats
                     if not _rising([value(by[scenario, level, who]) for who in _ORDER]))
        if seats:
            good = f"{len(seats) - len(bad)} of {len(seats)}"
            yield Check(f"person-first beats mixed beats pitcher in {what}", not bad, good, tuple(bad))


def _rising(values: Sequence[float]) -> bool:
    return all(one < other for one, other in pairwise(values))


def _harder(by: _By) -> Iterable[Check]:
    levels = list(Level)
    best = _ORDER[-1]
    whole = {scenario for scenario, _, who in by if who == best and all((scenario, one, best) in by for one in levels)}
    if whole:
        bad = sorted(scenario for scenario in whole
                     if not _rising([by[scenario, level, best].learned for level in reversed(levels)]))
        yield Check("harder is harder for the person-first", not bad, f"{len(whole) - len(bad)} of {len(whole)}", tuple(bad))


def _amounts(by: _By) -> Iterable[Check]:
    for what, level, who, least, most in (
            (f"person-first learns {_LEAST_EASY:.0%} or more at the easy level", Level.EASY, _ORDER[2], _LEAST_EASY, 1.0),
            (f"person-first learns {_HARD[0]:.0%} to {_HARD[1]:.0%} at the hard level", Level.HARD, _ORDER[2], *_HARD),
            (f"pitcher learns {_MOST_PITCHING:.0%} at most", None, _ORDER[0], 0.0, _MOST_PITCHING)):
        these = [cell for (_, at, name), cell in by.items() if name == who and level in (None, at)]
        bad = sorted(f"{cell.scenario} {cell.level.value} ({cell.learned:.0%})" for cell in these
                     if not least - 1e-9 <= cell.learned <= most + 1e-9)
        if these:
            yield Check(what, not bad, f"{mean(cell.learned for cell in these):.0%} on average", tuple(bad))


def _injector(by: _By) -> Iterable[Check]:
    pairs = [(cell, by[scenario, level, "pitcher"]) for (scenario, level, who), cell in by.items()
             if who == "injector" and (scenario, level, "pitcher") in by]
    if pairs:
        bad = sorted(f"{one.scenario} {one.level.value}" for one, other in pairs if one.learned > other.learned + 1e-9)
        yield Check("injector learns no more than pitcher", not bad, f"{len(pairs) - len(bad)} of {len(pairs)}", tuple(bad))


def _apart(played: Sequence[Played]) -> Iterable[Check]:
    """Whether two meetings with different seeds and the same replies read alike."""
    same: dict[tuple[str, Level, str, tuple[str, ...]], list[Played]] = {}
    for one in played:
        said = tuple(exchange.reply for exchange in one.exchanges)
        same.setdefault((one.scenario, one.level, one.trainee, said), []).append(one)
    pairs = [(shared(one, other), one) for found in same.values() for one, other in combinations(found, 2)]
    if pairs:
        bad = sorted({f"{one.scenario} {one.level.value} ({part:.0%})" for part, one in pairs if part >= _MOST_SHARED})
        yield Check(f"the same replies with two seeds share under {_MOST_SHARED:.0%} of her lines", not bad,
                    f"{mean(part for part, _ in pairs):.0%} on average over {len(pairs)} pairs", tuple(bad))


def to_json(one: Played) -> Json:
    """A meeting as plain values."""
    return {**asdict(one), "learned": one.learned, "trust": one.trust}


def to_text(played: Sequence[Played]) -> str:
    """The table, with the mean trust curve of each row, and the checks."""
    rows = [f"{'scenario':24}{'level':8}{'trainee':14}{'learned':>8}{'trust':>7}{'replies':>9}  trust, opening to end"]
    for cell in cells(played):
        endings = ", ".join(f"{name} {count}" for name, count in cell.endings.items())
        rows.append(f"{cell.scenario:24}{cell.level.value:8}{cell.trainee:14}{cell.learned:8.0%}{cell.trust:7.2f}"
                    f"{cell.replies:9.1f}  {spark(cell.curve):16} {endings}")
    rows.append("")
    for one in checks(played):
        rows.append(f"{'holds' if one.holds else 'FAILS'}  {one.what}: {one.figure}")
        rows += [f"         {where}" for where in one.where[:12]]
    return "\n".join(rows)


def spark(values: Sequence[float]) -> str:
    """Values from 0 to 1 as a small curve of blocks."""
    return "".join(_BLOCKS[min(len(_BLOCKS) - 1, int(value * len(_BLOCKS)))] for value in values)
