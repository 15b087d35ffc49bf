"""Prompts as data: Markdown files with front matter, what their callers pass to them, and checks that both still fit.

`get_prompt("reply-judge")` gives a prompt, a `Contract` renders it, `check.faults` tells what is wrong with any.

    prompt.py     one file: loaded, rendered within its budget, hashed, counted
    contract.py   what a caller passes to a prompt and wants of the answer
    check.py      every fault of a folder of prompts, by file and line
"""

from coach.prompts.contract import UNTRUSTED, Contract
from coach.prompts.prompt import Prompt, all_prompts, get_prompt, load_prompt

__all__ = ["UNTRUSTED", "Contract", "Prompt", "all_prompts", "get_prompt", "load_prompt"]
