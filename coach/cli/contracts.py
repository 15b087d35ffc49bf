"""Which prompts coach asks for, each with what its caller passes."""

from typing import Any

from coach.prompts.contract import Contract


def contracts() -> tuple[Contract[Any], ...]:
    """The contracts of all callers."""
    from coach.coaching import ask, look_back, wording  # noqa: PLC0415 - brings the library
    from coach.customer import voice_prompt  # noqa: PLC0415 - brings the customer
    from coach.scoring import judge  # noqa: PLC0415 - brings the scorer

    return (ask.CONTRACT, look_back.CONTRACT, voice_prompt.CONTRACT, judge.CONTRACT, wording.CONTRACT)
