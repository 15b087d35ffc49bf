"""Prompts as data: one Markdown file each, YAML front matter and a Jinja template. Loaded, checked, rendered, hashed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment
from pydantic import Field

from coach.datafile import DataModel, content_hash, load_markdown, read_text
from coach.errors import DataFileError, NotFoundError
from coach.settings import data_folder

_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True)
# Templates put what people said between two lines of =====; within a value the sign is spaced out and closes nothing.
_FENCE = re.compile("={5,}")


class PromptMeta(DataModel):
    """Front matter of a prompt.

    Attributes:
        inputs: what the template takes, with a word on each.
        output: what the answer must be: "text", or the name of the schema that checks it.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    purpose: str
    inputs: Mapping[str, str]
    output: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt ready to render; `hash` names its content for the records."""

    meta: PromptMeta
    template: str
    hash: str
    path: Path

    def render(self, **values: object) -> str:
        """The prompt's text with `values` put in, each as plain data, which can not step out of its fence.

        Raises:
            DataFileError: a value that the template needs is missing, or one is given that it does not name.
        """
        unexpected = set(values) - set(self.meta.inputs)
        if unexpected:
            raise DataFileError(self.path, 1, f"the prompt has no input {sorted(unexpected)[0]!r}.")
        fenced = {name: _within_fence(value) for name, value in values.items()}
        try:
            return _ENVIRONMENT.from_string(self.template).render(**fenced).strip()
        except TemplateError as error:
            raise DataFileError(self.path, 1, f"the template can not be rendered: {error.message}.") from error


def _within_fence(value: object) -> object:
    if isinstance(value, str):
        # Lines after the first are set in, so that a text can not write turns of its own ("customer: …") into a conversation;
        # whatever breaks a line (U+2028 too) counts.
        return "\n    ".join(_FENCE.sub(lambda match: " ".join(match.group()), value).splitlines())
    if isinstance(value, list | tuple):
        return [_within_fence(part) for part in value]
    return value


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
    return Prompt(document.meta, document.body, content_hash(read_text(path)), path)


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
