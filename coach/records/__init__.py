"""The records: every meeting, reply, line, score and tip, kept in SQLite (or PostgreSQL by URL).

`open_repository(url)` gives a `Repository`, the only door to them. What it took is on the disk when it returns; a
meeting goes on only from its newest exchange; every fault comes as one of `coach.errors`, told in a plain sentence.

    models.py      the tables                    convert.py   rows to the domain's values and back
    engine.py      open and migrate              faults.py    what a database reports, in words
    listing.py     a meeting in one line         calls.py     what calls to language models took
    draft.py       for developers: draft the next migration
"""

from coach.records.listing import MeetingSummary
from coach.records.repository import Repository, open_repository

__all__ = ["MeetingSummary", "Repository", "open_repository"]
