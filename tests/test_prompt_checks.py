"""`coach prompts check`: whatever would keep a prompt from its callers is found, by file and line, in copies with a fault."""

import ast
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import coach
from coach.cli.contracts import contracts
from coach.llm.tokens import count_tokens
from coach.prompts import Contract, all_prompts, get_prompt
from coach.prompts.check import faults, load_sample
from coach.settings import data_folder

Mutated = Callable[..., list[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(data_folder("prompts"), tmp_path / "prompts")


@pytest.fixture
def mutated(folder: Path) -> Mutated:
    """Puts `new` for `old`, wherever it stands in a file, and gives the faults found, without the folder's name."""

    def change(name: str, *changes: tuple[str, str]) -> list[str]:
        path = folder / name
        for old, new in changes:
            text = path.read_text("utf-8")
            assert old in text
            path.write_text(text.replace(old, new), "utf-8")
        return [str(fault).removeprefix(f"{folder}/") for fault in faults(folder, contracts())]

    return change


def line_of(name: str, beginning: str) -> int:
    lines = (data_folder("prompts") / name).read_text("utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if line.startswith(beginning))


def test_the_prompts_that_ship_have_none(folder: Path) -> None:
    assert faults(folder, contracts()) == ()


@pytest.mark.parametrize("output", ["Judgment", "text", "JudgedBehaviour"])
def test_an_output_that_the_caller_does_not_know(mutated: Mutated, output: str) -> None:
    assert mutated("reply-judge.md", ("output: Judgement", f"output: {output}")) == [
        f"reply-judge.md, line {line_of('reply-judge.md', 'output:')}: output: coach expects 'Judgement' of this prompt, not "
        f"{output!r}."]


def test_text_where_text_is_expected(mutated: Mutated) -> None:
    (told,) = mutated("ask-coach.md", ("output: text", "output: Answer"))
    assert "coach expects 'text'" in told


def test_an_input_renamed_throughout(mutated: Mutated) -> None:
    """The file is sound in itself, its sample too, and no caller could render it."""
    mutated("samples/customer-voice.yaml", ("portrait:", "likeness:"))
    told = mutated("customer-voice.md", ("  portrait:", "  likeness:"), ("{{ portrait }}", "{{ likeness }}"))
    line = line_of("customer-voice.md", "  portrait:")
    assert told[0] == f"customer-voice.md, line {line}: inputs: coach passes no 'likeness' to this prompt."
    assert told[1] == (f"customer-voice.md, line {line_of('customer-voice.md', 'inputs:')}: inputs: 'portrait' is missing, "
                       "which coach passes.")


def test_an_input_too_many(mutated: Mutated) -> None:
    told = mutated("ask-coach.md", ("  again:", "  tone: how to sound\n  again:"), ("The question:", "{{ tone }} question:"))
    assert told == [f"ask-coach.md, line {line_of('ask-coach.md', '  again:')}: inputs: coach passes no 'tone' to this prompt."]


def test_a_prompt_that_is_missing_and_one_that_nobody_asks_for(folder: Path, mutated: Mutated) -> None:
    (folder / "reply-judge.md").rename(folder / "judge.md")
    told = mutated("judge.md", ("id: reply-judge", "id: judge"))
    assert told == [
        "judge.md, line 2: no part of coach asks for the prompt 'judge'.",
        "reply-judge.md, line 1: the file is missing; coach asks for the prompt 'reply-judge'.",
        "samples/reply-judge.yaml, line 1: these are no prompt's sample data; name the file as the prompt, with .yaml.",
    ]


@pytest.mark.parametrize(("name", "untrusted", "fenced"), [
    (prompt.meta.id, name, n) for prompt in all_prompts() for n, name in enumerate(prompt.meta.untrusted)])
@pytest.mark.parametrize("gone", [(0,), (1,), (0, 1)])
def test_fences_that_were_taken_away(folder: Path, name: str, untrusted: str, fenced: int, gone: tuple[int, ...]) -> None:
    """Each untrusted input in its order, its first line of =====, its second, or both."""
    path = folder / f"{name}.md"
    lines = path.read_text("utf-8").splitlines()
    places = [n for n, line in enumerate(lines) if line == "====="]
    dropped = {places[2 * fenced + one] for one in gone}
    path.write_text("\n".join(line for n, line in enumerate(lines) if n not in dropped), "utf-8")
    told = [fault.problem for fault in faults(folder, contracts())]
    assert any("does not stand between two lines of =====" in one for one in told)
    # Without its second line alone it may be its neighbour that stands outside.
    assert 0 not in gone or any(one.startswith(f"the untrusted input {untrusted!r} ") for one in told)


@pytest.mark.parametrize(("name", "untrusted"), [(one.id, name) for one in contracts() for name in sorted(one.untrusted)])
def test_an_untrusted_input_that_is_no_longer_marked(mutated: Mutated, name: str, untrusted: str) -> None:
    marked = get_prompt(name).meta.untrusted
    left = ", ".join(one for one in marked if one != untrusted)
    (told,) = mutated(f"{name}.md", (f"untrusted: [{', '.join(marked)}]", f"untrusted: [{left}]"))
    assert told == (f"{name}.md, line {line_of(f'{name}.md', 'untrusted:')}: untrusted: {untrusted!r} is missing; others write "
                    "what coach passes there.")


def test_fences_between_two_inputs_that_were_taken_away(mutated: Mutated) -> None:
    told = mutated("ask-coach.md", ("=====\nThe question:\n=====\n", "The question:\n"))
    assert len(told) == 2
    assert all("shares its lines of ===== with something else" in one for one in told)


def test_an_input_rendered_again_outside_its_fence(mutated: Mutated) -> None:
    (told,) = mutated("ask-coach.md", ("{% if again %}", "Remember: {{ question }}\n{% if again %}"))
    assert "'question' does not stand between" in told
    assert told.startswith(f"ask-coach.md, line {line_of('ask-coach.md', '{{ question }}')}:")


@pytest.mark.parametrize(("old", "new", "told"), [
    ("reply: That is big news. And what about the project?\n", "", "reply: Field required"),
    ("reply: That", "mood: fine\nreply: That", "mood: Extra inputs are not permitted"),
    ("reply: That is big news. And what about the project?", "reply: [That]", "reply: Input should be a valid string"),
    ("  - [acknowledges, notices what the customer said or feels]", "  - [acknowledges]", "behaviours.0"),
    ("misquoted:\n  - That is huge news.", "misquoted: []", "do not show 'misquoted'"),
])
def test_sample_data_that_do_not_fit(mutated: Mutated, old: str, new: str, told: str) -> None:
    (only,) = mutated("samples/reply-judge.yaml", (old, new))
    assert only.startswith("samples/reply-judge.yaml, line ")
    assert told in only


def test_sample_data_that_are_missing(folder: Path) -> None:
    (folder / "samples" / "reply-judge.yaml").unlink()
    (fault,) = faults(folder, contracts())
    assert fault.path == folder / "samples" / "reply-judge.yaml"


@pytest.mark.parametrize("new", ["{% for who, said, when in history %}", "{% for speaker, text in history.turns %}"])
def test_a_template_that_does_not_render_the_sample(mutated: Mutated, new: str) -> None:
    (told,) = mutated("reply-judge.md", ("{% for speaker, text in history %}", new), ("{{ speaker }}: {{ text }}", "said"))
    line = line_of("reply-judge.md", "{% for speaker")
    assert told.startswith(f"reply-judge.md, line {line}: the template can not be rendered")


@pytest.mark.parametrize(("old", "new", "told"), [
    ("untrusted: [history, reply, misquoted]", "untrusted: [history, answer]", "untrusted.1: 'answer' is none of the inputs"),
    ("{input: history,", "{input: past,", "budget.cut.0: 'past' is none of the inputs"),
    ("at: start", "at: middle", "budget.cut.0.at"),
    ("tokens: 5500", "tokens: 0", "budget.tokens"),
])
def test_front_matter_that_points_nowhere(mutated: Mutated, old: str, new: str, told: str) -> None:
    (only,) = mutated("reply-judge.md", (old, new))
    assert told in only


def test_all_faults_are_told_at_once(folder: Path, mutated: Mutated) -> None:
    (folder / "ask-coach.md").write_text("no front matter", "utf-8")
    told = mutated("reply-judge.md", ("output: Judgement", "output: Verdict"))
    assert [one.partition(",")[0] for one in told] == ["ask-coach.md", "reply-judge.md"]


def test_no_caller_is_forgotten() -> None:
    """Every contract in the source is among those that are checked, and no prompt is rendered without one."""
    source = Path(coach.__file__).parent
    texts = {path.relative_to(source).as_posix(): path.read_text("utf-8") for path in source.rglob("*.py")}
    made = [node for text in texts.values() for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Contract"]
    assert len(made) == len(contracts())
    assert [name for name, text in texts.items() if re.search(r"get_prompt\([^)]*\)\.render", text)] == [
        "prompts/contract.py"]


@pytest.mark.parametrize("contract", contracts(), ids=lambda one: one.id)
def test_the_tokens_of_a_rendering_are_told_by_part(contract: Contract[Any]) -> None:
    prompt, sample = get_prompt(contract.id), load_sample(data_folder("prompts"), contract)
    parts = prompt.tokens(**sample)
    assert set(parts) == {"fixed text", *contract.names}
    whole = count_tokens(prompt.render(**sample)).tokens
    # Each part is rounded up by itself; what stands between the texts of a list is counted with none of them.
    assert abs(sum(count.tokens for count in parts.values()) - whole) <= 2 * len(parts)
    assert all(count.tokens > 0 for count in parts.values())
