"""The arrows of the house, held: what may import what, where each vendor lives, who reads the environment.

Read from the source by `ast`, so that an import inside a function counts too. `coach/__init__.py` draws the picture.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import coach

PACKAGE = Path(coach.__file__).parent
LONGEST = 350

# What each part may import, besides itself. From low to high; whatever is not named here may not be there.
_GROUND = {"errors", "domain"}
_LANGUAGE = _GROUND | {"datafile", "settings", "language"}
_CRAFT = _LANGUAGE | {"llm", "prompts"}
_COACHING = _CRAFT | {"knowledge", "scoring", "customer"}
_MEETING = _COACHING | {"coaching", "records", "encounter"}
_WIRING = _MEETING | {"turns", "meeting", "evals", "review"}
_SHELL = _WIRING | {"wiring"}
ALLOWED: Mapping[str, set[str]] = {
    "__main__": {"cli"},
    "errors": set(),
    "domain": set(),
    "datafile": _GROUND,
    "settings": _GROUND | {"datafile"},
    "language": _GROUND | {"datafile", "settings"},
    "llm": _LANGUAGE,
    "prompts": _LANGUAGE | {"llm"},  # a prompt is cut to its budget of tokens
    "knowledge": _LANGUAGE,
    "scoring": _CRAFT,
    "customer": _CRAFT,
    "coaching": _COACHING,
    "encounter": _COACHING - {"knowledge"},
    "records": _GROUND,
    "review": _LANGUAGE | {"records", "scoring"},
    "turns": _MEETING - {"records"},
    "meeting": _MEETING | {"turns"},
    "evals": _MEETING | {"turns", "meeting"},
    "wiring": _WIRING,
    "web": _SHELL,
    "cli": _SHELL | {"web"},  # `coach run` starts the page
}
# Each vendor in its room: a name at the top of an import, and the one part that may say it.
ROOMS: Mapping[str, str] = {
    "gradio": "web",
    "fastapi": "web",
    "uvicorn": "web",
    "starlette": "web",
    "chromadb": "knowledge",
    "bm25s": "knowledge",
    "markitdown": "knowledge",
    "pypdfium2": "knowledge",
    "langchain": "llm",
    "langchain_core": "llm",  # but see GUESTS
    "langchain_openai": "llm",
    "openai": "llm",
    "tiktoken": "llm",
    "tokenizers": "language",
    "torch": "language",
    "safetensors": "language",
    "onnxruntime": "language",
    "threadpoolctl": "language",
    "httpx2": "llm",
    "sqlalchemy": "records",
    "alembic": "records",
    "click": "cli",
}
# A module that offers our own through a vendor's interface, and so needs its names outside the vendor's room.
GUESTS = {("coach.knowledge.retriever", "langchain_core")}
_ENVIRONMENT = ("environ", "environb", "getenv")
Check = Callable[[Path], list[str]]
READS_THE_ENVIRONMENT = {"coach.settings", "coach.llm.tokens"}
# Alembic loads these by their path; they are no package.
NO_PACKAGES = {"records/migrations", "records/migrations/versions"}


@dataclass(frozen=True)
class Module:
    """A source file, by the name it is imported by."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def part(self) -> str:
        """The part of the house it belongs to; empty for the package's own front door."""
        return self.name.split(".")[1] if "." in self.name else ""


@dataclass(frozen=True)
class Import:
    """A name that a module imports, as far as it is known to be a module, and the line."""

    name: str
    line: int


def read(package: Path) -> dict[str, Module]:
    """Every module below `package`, by its name."""
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = [package.name, *path.relative_to(package).with_suffix("").parts]
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        modules[name] = Module(name, path, ast.parse(path.read_text("utf-8"), str(path)))
    return modules


def imports(module: Module, modules: Mapping[str, Module]) -> Iterator[Import]:
    """All that `module` imports, wherever in it; `from a import b` is an import of a.b where that is a module."""
    package = module.name if module.path.name == "__init__.py" else module.name.rpartition(".")[0]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([base] if base else [])])
            for alias in node.names:
                below = f"{base}.{alias.name}"
                yield Import(below if below in modules else base, node.lineno)


def wrong_arrows(package: Path) -> list[str]:
    """Imports from a part that may not be imported there, and parts that the map above does not know."""
    modules = read(package)
    found = []
    for module in modules.values():
        if module.part and module.part not in ALLOWED:
            found.append(f"{module.name}: the part {module.part!r} is not on the map of this test")
            continue
        for imported in imports(module, modules):
            names = imported.name.split(".")
            if names[0] != package.name or (len(names) > 1 and names[1] == module.part):
                continue
            target = names[1] if len(names) > 1 else ""
            if target not in ALLOWED.get(module.part, set()):
                found.append(f"{module.name}, line {imported.line}: imports {imported.name}")
    return found


def circles(package: Path) -> list[str]:
    """Modules that import each other in a ring, however long."""
    modules = read(package)
    after = {name: {i.name for i in imports(module, modules)} & modules.keys() - {name} for name, module in modules.items()}
    found: list[str] = []
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        if name in trail:
            found.append(" -> ".join((*trail[trail.index(name) :], name)))
        elif name not in done:
            for other in sorted(after[name]):
                visit(other, (*trail, name))
            done.add(name)

    for name in modules:
        visit(name, ())
    return found


def vendors_out_of_place(package: Path) -> list[str]:
    """Imports of a vendor's package outside its room."""
    modules = read(package)
    return [
        f"{module.name}, line {imported.line}: imports {imported.name}, which belongs in {ROOMS[vendor]}/"
        for module in modules.values()
        for imported in imports(module, modules)
        if (vendor := imported.name.split(".")[0]) in ROOMS and module.part != ROOMS[vendor]
        and (module.name, vendor) not in GUESTS
    ]


def readers_of_the_environment(package: Path) -> list[str]:
    """Modules that read the environment and may not. Setting a variable for a library is not reading."""
    found = []
    for module in read(package).values():
        if module.name in READS_THE_ENVIRONMENT:
            continue
        written = {id(target) for target in _what_is_set(module.tree)}
        lines = [
            node.lineno
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute | ast.ImportFrom) and id(node) not in written and _names_it(node)
        ]
        found += [f"{module.name}, line {line}: reads the environment" for line in lines]
    return found


def _names_it(node: ast.Attribute | ast.ImportFrom) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in _ENVIRONMENT and isinstance(node.value, ast.Name) and node.value.id == "os"
    return node.module == "os" and any(alias.name in _ENVIRONMENT for alias in node.names)


def _what_is_set(tree: ast.Module) -> Iterator[ast.expr]:
    """The `os.environ` of `os.environ["X"] = …` and of `os.environ.setdefault(…)`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from (target.value for target in node.targets if isinstance(target, ast.Subscript))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = node.value.func
            if isinstance(called, ast.Attribute) and called.attr == "setdefault":
                yield called.value


def folders_without_a_word(package: Path) -> list[str]:
    """Folders with code whose `__init__.py` is missing or says nothing about them."""
    found = []
    for folder in sorted({path.parent for path in package.rglob("*.py")}):
        place = folder.relative_to(package).as_posix()
        if place in NO_PACKAGES:
            continue
        front = folder / "__init__.py"
        if not front.is_file() or not ast.get_docstring(ast.parse(front.read_text("utf-8"))):
            found.append(f"{place}/: no __init__.py with a docstring")
    return found


def files_too_long(package: Path) -> list[str]:
    """Source files that have grown beyond what one reads in one go."""
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in sorted(package.rglob("*.py"))}
    return [f"{path.relative_to(package)}: {length} lines" for path, length in lengths.items() if length > LONGEST]


CHECKS = (wrong_arrows, circles, vendors_out_of_place, readers_of_the_environment, folders_without_a_word, files_too_long)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_house_is_in_order(check: Check) -> None:
    assert check(PACKAGE) == []


def test_arrows_run_downward_only() -> None:
    """The map itself has no circle: a part is never allowed to import one that may import it."""
    for part, below in ALLOWED.items():
        for other in below:
            assert part not in ALLOWED[other], f"{part} and {other} may import each other"


@pytest.mark.parametrize(
    ("part", "never"),
    [
        ("scoring", "customer"),
        ("customer", "scoring"),
        ("scoring", "knowledge"),
        ("customer", "knowledge"),
        ("records", "settings"),
        ("review", "meeting"),
        ("meeting", "web"),
        ("coaching", "records"),
    ],
)
def test_the_map_says_what_the_design_says(part: str, never: str) -> None:
    assert never not in ALLOWED[part]


GOOD = {
    "__init__.py": '"""A house in order."""\n',
    "errors.py": "import os\n",
    "settings.py": "import os\nHOME = os.environ['HOME']\n",
    "llm/__init__.py": '"""Models."""\n',
    "llm/chat.py": "import openai\nfrom coach.errors import X\n",
    "scoring/__init__.py": '"""Scores."""\n',
    "scoring/rubric.py": "from coach import errors\nfrom . import judge\n",
    "scoring/judge.py": "from ..llm.chat import ask\n",
    "web/__init__.py": '"""The page."""\n',
    "web/page.py": "import os\nimport gradio.themes\nos.environ['A'] = '1'\nos.environ.setdefault('B', '2')\n",
}


def house(tmp_path: Path, **changed: str) -> Path:
    """A small tree that passes every check, with the files in `changed` (`a__b` is a/b.py) put in or replaced."""
    for place, source in (*GOOD.items(), *((f"{name.replace('__', '/', 1)}.py", text) for name, text in changed.items())):
        path = tmp_path / "coach" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, "utf-8")
    return tmp_path / "coach"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_house_in_order_passes(check: Check, tmp_path: Path) -> None:
    assert check(house(tmp_path)) == []


@pytest.mark.parametrize(
    ("check", "place", "source", "told"),
    [
        (wrong_arrows, "errors", "import coach.settings", "coach.errors, line 1: imports coach.settings"),
        (wrong_arrows, "scoring__judge", "def late():\n    from coach.web.page import x", "line 2: imports coach.web.page"),
        (wrong_arrows, "llm__chat", "from .. import settings, web", "coach.llm.chat, line 1: imports coach.web"),
        (wrong_arrows, "scoring__judge", "from ..web import page", "coach.scoring.judge, line 1: imports coach.web.page"),
        (wrong_arrows, "settings", "import coach", "coach.settings, line 1: imports coach"),
        (
            wrong_arrows,
            "llm__chat",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import coach.wiring",
            "line 3: imports coach.wiring",
        ),
        (wrong_arrows, "cellar", "", "the part 'cellar' is not on the map"),
        (circles, "scoring__judge", "from coach.scoring.rubric import Rubric", "coach.scoring.judge -> coach.scoring.rubric"),
        (
            vendors_out_of_place,
            "scoring__judge",
            "from langchain_core.x import Y",
            "imports langchain_core.x, which belongs in llm/",
        ),
        (vendors_out_of_place, "errors", "def late():\n    import sqlalchemy.orm", "line 2: imports sqlalchemy.orm"),
        (readers_of_the_environment, "errors", "import os\nx = os.environ.get('A')", "coach.errors, line 2"),
        (readers_of_the_environment, "errors", "import os\nx = os.getenv('A')", "coach.errors, line 2"),
        (readers_of_the_environment, "errors", "from os import environ", "coach.errors, line 1"),
        (readers_of_the_environment, "web__page", "import os\nx = os.environ.setdefault('A', '1')", "coach.web.page, line 2"),
        (folders_without_a_word, "llm____init__", "x = 1", "llm/: no __init__.py with a docstring"),
        (folders_without_a_word, "web/parts__x", "", "web/parts/: no __init__.py with a docstring"),
        (files_too_long, "errors", "\n" * (LONGEST + 1), f"errors.py: {LONGEST + 1} lines"),
    ],
)
def test_a_fault_is_found(check: Check, place: str, source: str, told: str, tmp_path: Path) -> None:
    found = check(house(tmp_path, **{place: source}))
    assert len(found) == 1
    assert told in found[0]
