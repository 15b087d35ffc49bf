"""Data files (YAML, and Markdown with YAML front matter) read into checked models, with faults named by file and line."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import DataFileError

_Model = TypeVar("_Model", bound=BaseModel)
_FENCE = "---"


class DataModel(BaseModel):
    """Base of every model read from a data file: frozen, and unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class FieldError(ValueError):
    """For a model's validator to raise: what is wrong, and where below that model, so that the line can be named."""

    def __init__(self, problem: str, *loc: int | str) -> None:
        super().__init__(problem)
        self.loc = loc


@dataclass(frozen=True, slots=True)
class Document(Generic[_Model]):
    """A Markdown file: its front matter as a model, its body, and where the body begins."""

    meta: _Model
    body: str
    body_line: int


def read_text(path: Path) -> str:
    """The file's text.

    Raises:
        DataFileError: it can not be read or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataFileError(path, line, "the file is not UTF-8 text; save it as UTF-8.") from error
    except OSError as error:
        raise DataFileError(path, 1, f"the file can not be read: {error.strerror or error}.") from error


def file_hash(path: Path) -> str:
    """A short hash of a file's bytes; the same bytes give the same hash on any machine."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def content_hash(text: str) -> str:
    """The first 12 hex digits of the text's SHA-256, enough to tell versions apart."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def load_yaml(path: Path, model: type[_Model]) -> _Model:
    """Read a YAML file into `model`.

    Raises:
        DataFileError: the file can not be read, is not YAML, or does not fit; names the line.
    """
    return _parse(read_text(path), path, model, first_line=1)


def load_markdown(path: Path, model: type[_Model]) -> Document[_Model]:
    """Read a Markdown file with YAML front matter between two `---` lines.

    Raises:
        DataFileError: as `load_yaml`, or the front matter is not closed.
    """
    lines = read_text(path).splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise DataFileError(path, 1, f"front matter is missing: the first line must be {_FENCE}.")
    end = next((i for i, line in enumerate(lines[1:], start=1) if line.strip() == _FENCE), None)
    if end is None:
        raise DataFileError(path, 1, f"front matter is not closed by a second {_FENCE} line.")
    meta = _parse("\n".join(lines[1:end]), path, model, first_line=2)
    first = next((i for i in range(end + 1, len(lines)) if lines[i].strip()), end + 1)
    return Document(meta, "\n".join(lines[first:]).rstrip(), first + 1)


def _parse(text: str, path: Path, model: type[_Model], first_line: int) -> _Model:
    try:
        root, data = _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + first_line if mark else first_line
        raise DataFileError(path, line, f"not valid YAML: {error.problem or error.context}.") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + first_line
        raise DataFileError(path, line, f"not valid YAML: the character U+{error.character:04X} is not allowed.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise DataFileError(path, first_line, f"not valid YAML: {error}.") from error
    if root is None:
        raise DataFileError(path, first_line, "the file is empty.")
    for key in _keys_given_twice(root):
        raise DataFileError(path, key.start_mark.line + first_line, f"the key {key.value!r} is given twice.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        # A key nobody knows comes first: where it is misspelt, that another is missing only follows from it.
        fault = next((one for one in faults if one["type"] == "extra_forbidden"), faults[0])
        cause = fault.get("ctx", {}).get("error")
        loc = (*fault["loc"], *cause.loc) if isinstance(cause, FieldError) else fault["loc"]
        where = ".".join(str(part) for part in loc) or "the file"
        problem = fault["msg"].removeprefix("Value error, ")
        raise DataFileError(path, _line_of(root, loc) + first_line, f"{where}: {problem}.") from error


def _composed(text: str) -> tuple[yaml.Node | None, object]:
    """The text's tree and its plain values; by libyaml where it is there, which is five times quicker, else in Python."""
    fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for loader in (fast, yaml.SafeLoader):
        try:
            return yaml.compose(text, Loader=loader), yaml.load(text, Loader=loader)  # noqa: S506 - both loaders are safe
        except (yaml.YAMLError, ValueError):
            # Both find the same faults; what is said of them, and where, is Python's.
            if loader is yaml.SafeLoader:
                raise
    raise AssertionError("one of the loaders returns or raises")


def _keys_given_twice(root: yaml.Node) -> Iterator[yaml.ScalarNode]:
    """YAML itself lets the last one win, and the first is lost without a word."""
    waiting, done = [root], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in done:
            continue  # an alias may point back to what holds it
        done.add(id(node))
        if isinstance(node, yaml.MappingNode):
            keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            names = [key.value for key in keys]
            yield from (key for place, key in enumerate(keys) if key.value in names[:place])
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value


def _line_of(node: yaml.Node, loc: tuple[int | str, ...]) -> int:
    """Line, from 0, of the deepest node on the way to `loc` that the file has."""
    line = node.start_mark.line
    for part in loc:
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, child = key.start_mark.line, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            child = node.value[part]
            line = child.start_mark.line
        if child is None:
            break
        node = child
    return int(line)
