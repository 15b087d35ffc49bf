"""Every fault of a folder of prompts, by file and line: files, what callers pass, samples, fences round what others wrote."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from coach.datafile import load_yaml, read_text
from coach.errors import DataFileError
from coach.prompts.contract import Contract
from coach.prompts.prompt import FENCE, Prompt, load_prompt

SAMPLES = "samples"
# Put before every text of an untrusted input, so that it is seen where it is rendered. No sample has it by chance.
_MARK = "\ue000{}\ue001"
_MARKED = re.compile("\ue000(.*?)\ue001")


def faults(folder: Path, contracts: Sequence[Contract[Any]]) -> tuple[DataFileError, ...]:
    """What keeps the prompts of `folder` from being used by their callers, whose contracts are given."""
    return tuple(_faults(folder, {one.id: one for one in contracts}))


def load_sample(folder: Path, contract: Contract[Any]) -> dict[str, object]:
    """The prompt's sample data.

    Raises:
        DataFileError: they are missing, or are not what the caller passes.
    """
    return dict(load_yaml(folder / SAMPLES / f"{contract.id}.yaml", contract.sample))


def _faults(folder: Path, contracts: Mapping[str, Contract[Any]]) -> Iterator[DataFileError]:
    paths = sorted(folder.glob("*.md"))
    for path in paths:
        try:
            prompt = load_prompt(path)
        except DataFileError as error:
            yield error
            continue
        if contract := contracts.get(path.stem):
            yield from _broken(prompt, contract)
        else:
            yield DataFileError(path, 2, f"no part of coach asks for the prompt {path.stem!r}.")
    there = {path.stem for path in paths}
    for name in sorted(set(contracts) - there):
        yield DataFileError(folder / f"{name}.md", 1, f"the file is missing; coach asks for the prompt {name!r}.")
    for path in sorted((folder / SAMPLES).glob("*")):
        if path.stem not in there or path.suffix != ".yaml":
            yield DataFileError(path, 1, "these are no prompt's sample data; name the file as the prompt, with .yaml.")


def _broken(prompt: Prompt, contract: Contract[Any]) -> Iterator[DataFileError]:
    path, inputs = prompt.path, set(prompt.meta.inputs)
    if prompt.meta.output != contract.output:
        problem = f"output: coach expects {contract.output!r} of this prompt, not {prompt.meta.output!r}."
        yield DataFileError(path, _line_of(path, r"output:"), problem)
    for name in sorted(inputs - set(contract.names)):
        yield DataFileError(path, _line_of(path, rf"  {name}:"), f"inputs: coach passes no {name!r} to this prompt.")
    for name in sorted(set(contract.names) - inputs):
        yield DataFileError(path, _line_of(path, r"inputs:"), f"inputs: {name!r} is missing, which coach passes.")
    for name in sorted(contract.untrusted & inputs - set(prompt.meta.untrusted)):
        problem = f"untrusted: {name!r} is missing; others write what coach passes there."
        yield DataFileError(path, _line_of(path, r"untrusted:"), problem)
    try:
        sample = load_sample(path.parent, contract)
        if inputs == set(contract.names):
            prompt.render(**sample)
            yield from _unfenced(prompt, sample)
    except DataFileError as error:
        yield error


def _unfenced(prompt: Prompt, sample: Mapping[str, object]) -> Iterator[DataFileError]:
    """Each untrusted input that stands outside a fence, or shares one, or that the sample does not show."""
    rendered = prompt.render(**{name: _marked(value, name) if name in prompt.meta.untrusted else value
                                for name, value in sample.items()})
    # Between the first fence and the second is inside, between the second and the third outside, and so on.
    blocks: list[set[str]] = [set()]
    for line in rendered.splitlines():
        if line.strip() == FENCE:
            blocks.append(set())
        blocks[-1] |= set(_MARKED.findall(line))
    for name in prompt.meta.untrusted:
        at = [place for place, block in enumerate(blocks) if name in block]
        if not at:
            problem = f"the sample data do not show {name!r}, so that its fence can not be checked."
            yield DataFileError(prompt.path.parent / SAMPLES / f"{prompt.meta.id}.yaml", 1, problem)
        elif any(place % 2 == 0 or place == len(blocks) - 1 for place in at):
            yield _fence_fault(prompt, name, f"does not stand between two lines of {FENCE}")
        elif any(blocks[place] != {name} for place in at):
            yield _fence_fault(prompt, name, f"shares its lines of {FENCE} with something else")


def _fence_fault(prompt: Prompt, name: str, problem: str) -> DataFileError:
    used = next(n for n, line in enumerate(prompt.template.splitlines()) if re.search(rf"\{{[{{%].*\b{name}\b", line))
    return DataFileError(prompt.path, prompt.body_line + used, f"the untrusted input {name!r} {problem}.")


def _marked(value: object, name: str) -> object:
    if isinstance(value, str):
        return _MARK.format(name) + value
    return [_marked(part, name) for part in value] if isinstance(value, list | tuple) else value


def _line_of(path: Path, key: str) -> int:
    """The line of the front matter that begins with `key`."""
    return next((n for n, line in enumerate(read_text(path).splitlines(), start=1) if re.match(key, line)), 1)
