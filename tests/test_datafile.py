"""Data files: read into checked models, and every fault named by the line where it stands."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, model_validator

from coach.datafile import DataModel, FieldError, content_hash, load_markdown, load_yaml, read_text
from coach.errors import DataFileError, InputError


class Depot(DataModel):
    name: str
    docks: int = Field(ge=1)


class Firm(DataModel):
    title: str
    depots: tuple[Depot, ...] = ()
    by_town: Mapping[str, Depot] = {}

    @model_validator(mode="after")
    def _check(self) -> "Firm":
        names = [depot.name for depot in self.depots]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise FieldError(f"the name {name!r} is used twice", "depots", place, "name")
        if self.title == "nobody":
            raise ValueError("nobody is no firm")
        return self


GOOD = """\
# A firm
title: Castell
depots:
  - name: Hull
    docks: 4
  - {name: Leeds, docks: 2}
by_town:
  York:
    name: York
    docks: 1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "firm.yaml"


def test_a_good_file_is_read(file: Path) -> None:
    file.write_text(GOOD, "utf-8")
    firm = load_yaml(file, Firm)
    assert firm.depots[1] == Depot(name="Leeds", docks=2)
    assert firm.by_town["York"].docks == 1
    with pytest.raises(ValidationError, match="frozen"):
        setattr(firm, "title", "Other")  # noqa: B010 - the type checker would not let it pass


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("docks: 4", "docks: four", 5, "depots.0.docks: Input should be a valid integer"),
        ("docks: 4", "docks: 0", 5, "depots.0.docks: Input should be greater than or equal to 1"),
        ("docks: 2", "docks: [2]", 6, "depots.1.docks"),
        ("    docks: 1", "    docks: many", 10, "by_town.York.docks"),
        ("title: Castell", "title: [a, b]", 2, "title: Input should be a valid string"),
        ("    docks: 4\n", "", 4, "depots.0.docks: Field required"),
        ("title: Castell\n", "", 2, "title: Field required"),
        ("    docks: 4", "    docks: 4\n    dogs: 1", 6, "depots.0.dogs: Extra inputs are not permitted"),
        ("by_town:", "bytown:", 7, "bytown: Extra inputs are not permitted"),
        ("docks: 2}", "docks: 2, cats: 1}", 6, "depots.1.cats: Extra inputs are not permitted"),
        ("name: Leeds", "name: Hull", 6, "depots.1.name: the name 'Hull' is used twice"),
        ("title: Castell", "title: nobody", 2, "the file: nobody is no firm"),
        ("  - name: Hull", "  - name: Hull: x", 4, "not valid YAML: mapping values are not allowed here"),
        ("    docks: 4", "    docks: 4\n    docks: 5", 6, "the key 'docks' is given twice"),
        ("docks: 2}", "docks: 2", 7, "not valid YAML"),
        ("title: Castell", "title: !!python/object:os.system x", 2, "not valid YAML: could not determine a constructor"),
        ("title: Castell", "title: *there", 2, "not valid YAML: found undefined alias"),
        ("title: Castell", "title: a\x07b", 2, "not valid YAML: the character U+0007"),
    ],
)
def test_a_fault_is_named_by_its_line(file: Path, old: str, new: str, line: int, told: str) -> None:
    file.write_text(GOOD.replace(old, new), "utf-8")
    with pytest.raises(DataFileError) as caught:
        load_yaml(file, Firm)
    assert told in caught.value.problem
    assert (caught.value.path, caught.value.line) == (file, line)
    assert str(caught.value) == f"{file}, line {line}: {caught.value.problem}"
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize("content", ["", "\n\n", "# only a comment\n"])
def test_an_empty_file_is_a_fault(file: Path, content: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(DataFileError, match="line 1: the file is empty"):
        load_yaml(file, Firm)


def test_a_file_that_is_not_utf8(file: Path) -> None:
    file.write_bytes(GOOD.replace("Leeds", "Kéln").encode("latin-1"))
    with pytest.raises(DataFileError, match="line 6: the file is not UTF-8 text; save it as UTF-8"):
        load_yaml(file, Firm)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="can not be read: No such file"):
        read_text(tmp_path / "none.yaml")
    with pytest.raises(DataFileError, match="can not be read: Is a directory"):
        load_yaml(tmp_path, Firm)


@given(content=st.one_of(st.text(max_size=60), st.text("abt:-[]{}#'\"\n \t|>&*!", max_size=60)))
def test_any_content_is_read_or_refused_with_a_line_that_is_there(
    tmp_path_factory: pytest.TempPathFactory, content: str
) -> None:
    file = tmp_path_factory.mktemp("any") / "firm.yaml"
    file.write_text(content, "utf-8", newline="")
    for load in (load_yaml, load_markdown):
        try:
            load(file, Firm)
        except DataFileError as error:
            assert (
                1
                <= error.line
                <= content.count("\n")
                + content.count("\r")
                + content.count("\x85")
                + content.count("\u2028")
                + content.count("\u2029")
                + 2
            )


MARKDOWN = """\
---
title: Castell
depots: [{name: Hull, docks: 1}]
---

# A heading

Some words.
---
More.
"""


def test_front_matter_and_body(file: Path) -> None:
    file.write_text(MARKDOWN, "utf-8")
    document = load_markdown(file, Firm)
    assert document.meta.title == "Castell"
    assert document.body == "# A heading\n\nSome words.\n---\nMore."
    assert MARKDOWN.splitlines()[document.body_line - 1] == "# A heading"


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ("docks: 1", "docks: x", 3, "depots.0.docks"),
        ("title: Castell", "titel: Castell", 2, "titel: Extra inputs"),
        ("---\ntitle", "title", 1, "front matter is missing: the first line must be ---"),
        ("title: Castell", "title: [", 3, "not valid YAML"),
        ("title: Castell\ndepots: [{name: Hull, docks: 1}]\n", "", 2, "the file is empty"),
    ],
)
def test_a_fault_in_front_matter(file: Path, old: str, new: str, line: int, told: str) -> None:
    file.write_text(MARKDOWN.replace(old, new), "utf-8")
    with pytest.raises(DataFileError) as caught:
        load_markdown(file, Firm)
    assert told in caught.value.problem
    assert caught.value.line == line


def test_front_matter_that_is_not_closed(file: Path) -> None:
    file.write_text("---\ntitle: Castell\n\n# A heading\n", "utf-8")
    with pytest.raises(DataFileError, match="line 1: front matter is not closed by a second --- line"):
        load_markdown(file, Firm)


def test_the_hash_tells_contents_apart() -> None:
    assert content_hash("a") == content_hash("a") != content_hash("b")
    assert len(content_hash("a")) == 12
