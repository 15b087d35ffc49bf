"""Every error that a user can meet, as one tree.

    CoachError                 1   anything we raise on purpose
    ├── InputError             3   what was typed or sent can not be used
    │   └── DataFileError      3   a scenario, card, prompt or rubric file is wrong: names file and line
    ├── NotFoundError          4   no such meeting, scenario, card …
    ├── SetupError             5   something is missing or not configured: says what to do
    ├── StorageError           6   the records can not be read or written
    ├── ConflictError          7   the meeting moved on elsewhere (another tab, a second click)
    ├── GoneError              9   whoever asked has left, and what was under way was stopped
    └── ModelError             8   the language model did not give a usable answer
        ├── CapError           8   it was not asked, as a cap on tokens or money is reached
        └── EndpointError      8   its endpoint could not be reached, was overloaded, or refused the key
            └── EndpointRestsError 8   it has failed several times in a row, and is left in peace for some seconds

The number is the exit code of the command line (0 is success, 2 a wrong command line, as click has it).
Messages are whole sentences for the person who meets them: what is wrong, where, and what to do.
"""

from pathlib import Path


class CoachError(Exception):
    """Anything that this package raises on purpose."""

    exit_code = 1


class InputError(CoachError):
    """What was typed or sent can not be used as it is."""

    exit_code = 3


class DataFileError(InputError):
    """A data file does not follow its schema.

    Attributes:
        path: the file.
        line: the line, counted from 1, where the fault stands.
    """

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}, line {line}: {problem}")
        self.path = path
        self.line = line
        self.problem = problem


class NotFoundError(CoachError):
    """The thing asked for is not there."""

    exit_code = 4


class SetupError(CoachError):
    """Something that is needed is missing or not configured."""

    exit_code = 5


class StorageError(CoachError):
    """The records can not be read or written."""

    exit_code = 6


class ConflictError(CoachError):
    """The meeting has moved on since the caller last looked."""

    exit_code = 7


class GoneError(CoachError):
    """Nobody waits for the answer any more."""

    exit_code = 9


class ModelError(CoachError):
    """The language model did not give a usable answer."""

    exit_code = 8


class CapError(ModelError):
    """No call was made: it could have passed a cap on tokens or money."""


class EndpointError(ModelError):
    """The endpoint itself failed: every other call may well fail, too."""


class EndpointRestsError(EndpointError):
    """No call was made: the endpoint has failed several times in a row.

    Attributes:
        seconds: until it is tried again.
    """

    def __init__(self, message: str, seconds: float = 0.0) -> None:
        super().__init__(message)
        self.seconds = seconds
