"""One prompt: a Markdown file, YAML front matter and a Jinja template. Loaded, checked, rendered within its budget, hashed."""

import re
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field, model_validator

from coach.datafile import DataModel, FieldError, content_hash, load_markdown, read_text
from coach.errors import DataFileError, NotFoundError
from coach.llm.budget import End, Part, fit
from coach.llm.tokens import TokenCount, count_tokens
from coach.settings import data_folder

FENCE = "====="
_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
# Templates put what people said between two lines of =====; within a value the sign is spaced out and closes nothing.
_FENCE_WITHIN = re.compile("={5,}")


class Cut(DataModel):
    """How one input, a list, is cut; see `Part`.

    Attributes:
        gap: an item to stand where something was cut between others that stay; empty: none.
    """

    input: str
    at: End
    most: int = Field(ge=1)
    keep_first: int = Field(0, ge=0)
    keep_last: int = Field(0, ge=0)
    gap: tuple[str, ...] = ()


class Budget(DataModel):
    """How many tokens the prompt may take, and what is cut where it would take more, the first of `cut` first."""

    tokens: int = Field(ge=1)
    cut: tuple[Cut, ...]


class PromptMeta(DataModel):
    """Front matter of a prompt.

    Attributes:
        inputs: what the template takes, with a word on each.
        untrusted: the inputs that others wrote; each stands between two lines of =====.
        output: what the answer must be: "text", or the name of the schema that checks it.
        budget: for prompts that take more than a line or two of each input.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    purpose: str
    inputs: Mapping[str, str]
    untrusted: tuple[str, ...] = ()
    output: str
    budget: Budget | None = None

    @model_validator(mode="after")
    def _names_its_inputs(self) -> Self:
        cut = self.budget.cut if self.budget else ()
        for name, place in (*((name, ("untrusted", i)) for i, name in enumerate(self.untrusted)),
                            *((one.input, ("budget", "cut", i)) for i, one in enumerate(cut))):
            if name not in self.inputs:
                raise FieldError(f"{name!r} is none of the inputs", *place)
        return self


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt ready to render; `hash` names its content for the records, `body_line` is where its template begins."""

    meta: PromptMeta
    template: str
    hash: str
    path: Path
    body_line: int = 1

    def render(self, **values: object) -> str:
        """The prompt's text with `values` put in, each as plain data, which can not step out of its fence, cut to the budget.

        Raises:
            DataFileError: a value that the template needs is missing, or one is given that it does not name.
        """
        unexpected = set(values) - set(self.meta.inputs)
        if unexpected:
            raise DataFileError(self.path, 1, f"the prompt has no input {sorted(unexpected)[0]!r}.")
        fenced = {name: _within_fence(value) for name, value in values.items()}
        return self._filled(self._within_budget(fenced))

    def tokens(self, **values: object) -> dict[str, TokenCount]:
        """The tokens of each part of a rendering: "fixed text", then by input what it adds to all the others."""
        whole = count_tokens(self.render(**values))
        without = {name: count_tokens(self.render(**{**values, name: ""})) for name in values}
        return {"fixed text": self.fixed_tokens} | {
            name: TokenCount(whole.tokens - count.tokens, whole.exact) for name, count in without.items()}

    @property
    def fixed_tokens(self) -> TokenCount:
        """The tokens of what stands there whatever is put in."""
        return count_tokens(self._filled(dict.fromkeys(self.meta.inputs, "")))

    def _filled(self, values: Mapping[str, object]) -> str:
        try:
            return _compiled(self.template).render(**values).strip()
        except (TemplateError, TypeError, ValueError) as error:
            # Frames of a template bear its own line numbers.
            lines = [frame.lineno or 1 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<template>"]
            line = self.body_line + lines[-1] - 1 if lines else 1
            raise DataFileError(self.path, line, f"the template can not be rendered: {error}.") from error

    def _within_budget(self, values: dict[str, object]) -> dict[str, object]:
        """`values`, the lists that the budget names cut."""
        cut = {one.input: one for one in self.meta.budget.cut if one.input in values} if self.meta.budget else {}
        if not cut or self.meta.budget is None:
            return values
        items = {name: _items(values[name]) for name in cut}
        # All that can not be cut, with the gaps that there may be.
        rest = count_tokens(self._filled(values | dict.fromkeys(cut, "")) + "".join(_as_text(one.gap) for one in cut.values()))
        parts = [Part(name, tuple(map(_as_text, items[name])), one.at, one.most, one.keep_first, one.keep_last)
                 for name, one in cut.items()]
        kept = fit(parts, self.meta.budget.tokens - rest.tokens)
        return values | {name: _with_gap(items[name], kept[name], one) for name, one in cut.items()}


def _items(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple | str) else []


def _as_text(item: object) -> str:
    """About what a template makes of an item, and no less: a bullet, the parts, the end of the line."""
    parts = item if isinstance(item, list | tuple) else [item]
    return f"- {': '.join(map(str, parts))}\n"


def _with_gap(items: list[object], kept: tuple[int, ...], cut: Cut) -> list[object]:
    shown = [items[place] for place in kept]
    # What is cut lies together, behind the first that stay.
    hole = next((n for n, place in enumerate(kept) if n != place), 0)
    return [*shown[:hole], list(cut.gap), *shown[hole:]] if hole and cut.gap else shown


def _within_fence(value: object) -> object:
    if isinstance(value, str):
        # Lines after the first are set in, so that a text can not write turns of its own ("customer: …") into a conversation;
        # whatever breaks a line (U+2028 too) counts.
        return "\n    ".join(_FENCE_WITHIN.sub(lambda match: " ".join(match.group()), value).splitlines())
    if isinstance(value, list | tuple):
        return [_within_fence(part) for part in value]
    return value


@lru_cache
def _compiled(template: str) -> Template:
    return _ENVIRONMENT.from_string(template)


def load_prompt(path: Path) -> Prompt:
    """Read one prompt and check that its front matter and its template name the same inputs.

    Raises:
        DataFileError: names file, line and fault.
    """
    document = load_markdown(path, PromptMeta)
    if document.meta.id != path.stem:
        raise DataFileError(path, 2, f"id: {document.meta.id!r} differs from the file's name.")
    try:
        named = meta.find_undeclared_variables(_ENVIRONMENT.parse(document.body))
    except TemplateSyntaxError as error:
        raise DataFileError(path, document.body_line + error.lineno - 1, f"template: {error.message}.") from error
    for problem, names in (("uses {!r}, which inputs does not name", named - set(document.meta.inputs)),
                           ("never uses the input {!r}", set(document.meta.inputs) - named)):
        if names:
            raise DataFileError(path, document.body_line, f"the template {problem.format(sorted(names)[0])}.")
    return Prompt(document.meta, document.body, content_hash(read_text(path)), path, document.body_line)


@lru_cache
def get_prompt(prompt_id: str) -> Prompt:
    """The prompt with this id.

    Raises:
        NotFoundError: there is none.
    """
    path = data_folder("prompts") / f"{prompt_id}.md"
    if not path.is_file():
        raise NotFoundError(f"There is no prompt {prompt_id!r} in {path.parent}.")
    return load_prompt(path)


def all_prompts() -> tuple[Prompt, ...]:
    """Every prompt, by id."""
    return tuple(get_prompt(path.stem) for path in sorted(data_folder("prompts").glob("*.md")))
