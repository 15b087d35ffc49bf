"""What the commands share: the settings and the parts of coach, each made when a command first asks for it."""

from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

import click

from coach.cli.logs import set_up_log
from coach.cli.terminal import Bar
from coach.errors import NotFoundError
from coach.settings import Settings, load_settings

if TYPE_CHECKING:
    from coach.domain import Meeting
    from coach.wiring import Coach


class App:
    """The running command's view of coach. Tests hand in parts of their own."""

    def __init__(self, coach: "Coach | None" = None) -> None:
        self._given = coach

    @cached_property
    def settings(self) -> Settings:
        """As the environment has them. SetupError where a variable can not be used."""
        return load_settings() if self._given is None else self._given.settings

    @cached_property
    def coach(self) -> "Coach":
        """The parts."""
        return self._given or self._make(self.settings)

    @property
    def trainee(self) -> str:
        """Who practises here: one person, as there is no login yet."""
        from coach.meeting import LOCAL_TRAINEE  # noqa: PLC0415 - brings the records, which --help does without

        return LOCAL_TRAINEE

    def with_settings(self, **changes: object) -> "App":
        """The same with some settings changed; each must have been checked already, and None leaves one as it is."""
        wanted = {name: value for name, value in changes.items() if value is not None}
        return App(self._make(self.settings.model_copy(update=wanted))) if wanted else self

    def ready(self) -> "Coach":
        """The parts with a current search index, which is built now if need be; progress goes to stderr.

        Raises:
            SetupError: the embedding model is missing, or the index can not be written.
        """
        if not self.coach.index_is_current():
            bar = Bar("Building the search index, passages")
            report = self.coach.index(bar)
            bar.end(f"Built the search index: {report.added + report.kept} passages in {report.seconds:.1f} s.")
        return self.coach

    def meeting(self, meeting_id: str) -> "Meeting":
        """The trainee's meeting, read without the embedding model or the index.

        Raises:
            NotFoundError: there is none, or it is somebody else's, which is not told apart.
        """
        meeting = None
        with suppress(NotFoundError):
            meeting = self.coach.records.get(meeting_id)
        if meeting is None or meeting.trainee != self.trainee:
            raise NotFoundError(f"There is no meeting {meeting_id!r}. `coach meetings list` shows those there are.")
        return meeting

    @staticmethod
    def _make(settings: Settings) -> "Coach":
        from coach.wiring import Coach  # noqa: PLC0415 - brings nearly the whole house, a second or two

        set_up_log(settings)
        return Coach(settings)


pass_app = click.make_pass_decorator(App, ensure=True)
