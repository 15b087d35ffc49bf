"""What a caller passes to a prompt and wants of the answer. A prompt's file is checked against its caller's own type."""

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model

from coach.prompts.prompt import get_prompt

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_Inputs = TypeVar("_Inputs", bound="DataclassInstance")
TEXT = "text"
UNTRUSTED = "untrusted"
"""Marks, in `Annotated`, a field of a caller's inputs that others wrote."""


class _Sample(BaseModel):
    """Base of the models that samples are read into; nothing is stripped, as nothing is of what callers pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Contract(Generic[_Inputs]):
    """One prompt as its caller uses it.

    Attributes:
        id: the prompt's.
        inputs: a dataclass whose fields are all that is passed.
        schema: what checks the answer; None: it is plain text.
    """

    id: str
    inputs: type[_Inputs]
    schema: type[BaseModel] | None = None

    @property
    def output(self) -> str:
        """How the prompt's front matter must name the answer."""
        return self.schema.__name__ if self.schema else TEXT

    @property
    def hash(self) -> str:
        """Content hash of the prompt's file, for the records."""
        return get_prompt(self.id).hash

    @property
    def names(self) -> tuple[str, ...]:
        """What is passed, by name."""
        return tuple(field.name for field in fields(self.inputs))

    @property
    def untrusted(self) -> frozenset[str]:
        """What of it others wrote."""
        hints = get_type_hints(self.inputs, include_extras=True)
        return frozenset(name for name in self.names if UNTRUSTED in getattr(hints[name], "__metadata__", ()))

    @property
    def sample(self) -> type[BaseModel]:
        """The inputs as a model that a file of sample data is checked by."""
        hints = get_type_hints(self.inputs)
        taken: dict[str, Any] = {name: (hints[name], ...) for name in self.names}
        return create_model("Sample", __base__=_Sample, **taken)

    def render(self, inputs: _Inputs) -> str:
        """The prompt's text, cut to its budget.

        Raises:
            NotFoundError: the prompt's file is missing.
            DataFileError: it does not take these inputs.
        """
        return get_prompt(self.id).render(**{name: getattr(inputs, name) for name in self.names})
