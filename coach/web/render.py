"""Templates to HTML. Jinja escapes everything that is put in: texts of trainees, cards and models are data."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from coach.domain import Observation
from coach.errors import CoachError
from coach.scoring.rubric import Rubric

_SPOKEN = re.compile(r"\*\*([^*:]{1,30}):\*\*\s*(.*)", re.DOTALL)
_BULLET = re.compile(r"^- ", re.MULTILINE)


@lru_cache
def _environment() -> Environment:
    environment = Environment(loader=PackageLoader("coach.web"), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)
    environment.filters["clock"] = lambda moment: moment.astimezone().strftime("%d %b %Y, %H:%M")
    environment.filters["plain"] = plain
    environment.filters["blocks"] = blocks
    environment.filters["part"] = part
    return environment


def plain(passage: str) -> str:
    """A card's Markdown as a reader would see it: no asterisks, and bullets for the items of a list."""
    return _BULLET.sub("• ", passage.replace("**", ""))


def part(chunk_id: str) -> str:
    """The heading of a card's passage, by its id ("words-to-try"); empty for a document, whose passages have numbers."""
    name = chunk_id.rpartition("#")[2]
    return "" if name.isdigit() else name.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph of a card: a list of `bullets`, or `text`, spoken by `who` where it is an example."""

    text: str = ""
    bullets: tuple[str, ...] = ()
    who: str = ""


def blocks(passage: str) -> tuple[Block, ...]:
    """A card's Markdown as paragraphs, lists and what is said in its example."""
    found = []
    for part in filter(None, map(str.strip, re.split(r"\n\s*\n", passage))):
        lines = part.splitlines()
        spoken = _SPOKEN.match(part)
        if all(line.startswith("- ") for line in lines):
            found.append(Block(bullets=tuple(line[2:].replace("**", "") for line in lines)))
        elif spoken:
            found.append(Block(spoken[2].replace("**", ""), who=spoken[1]))
        else:
            found.append(Block(part.replace("**", "")))
    return tuple(found)


def render(name: str, **values: object) -> Markup:
    """The template `name`.html with `values` put in, each escaped."""
    return Markup(_environment().get_template(f"{name}.html").render(**values))  # noqa: S704 - the template has escaped it


def problem(error: CoachError | str) -> Markup:
    """What went wrong, as a notice."""
    return render("notice", kind="error", text=str(error))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a reply; `side` is empty where nothing was observed, `labels` say what was."""

    text: str
    side: str
    labels: str


def marked(reply: str, observations: Sequence[Observation], rubric: Rubric) -> tuple[Span, ...]:
    """`reply` cut where the evidence begins and ends. Joined again, the spans give the reply to the letter.

    Where quotes overlap, the shorter one decides the colour: it is the more telling.
    """
    cuts = sorted({0, len(reply), *(o.start for o in observations), *(o.end for o in observations)})
    spans = []
    for start, end in pairwise(cuts):
        here = sorted((o for o in observations if o.start <= start and end <= o.end), key=lambda o: len(o.quote))
        side = rubric.side(here[0].behaviour).value if here else ""
        labels = ", ".join(dict.fromkeys(rubric.label(o.behaviour) for o in here))
        if start < end:
            spans.append(Span(reply[start:end], side, labels))
    return tuple(spans)
