"""The use case, on real records and a real index: a turn is kept before it is shown, and may be sent twice."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import pytest

from coach.customer.script import Scenarios
from coach.customer.state import Memory
from coach.domain import Ending, Event, Exchange, Level, Meeting
from coach.errors import CoachError, ConflictError, InputError, NotFoundError, StorageError
from coach.meeting import LOCAL_TRAINEE, MAX_REPLY, Practice, check_reply
from coach.records import Repository, open_repository
from coach.wiring import Coach

SCENARIO = "acquisition-news"
_SCENARIOS = Scenarios()
MAREN = [seed for seed in range(100) if _SCENARIOS.script(SCENARIO).drawn(seed).id == "maren"]
"""The seeds with which one meets her, for whom the replies here are meant."""
REPLIES = [
    "That is big news. Tell me more. How are you doing?",
    "Let's leave the project for today. How are people taking it?",
    "What about the project?",
    "Our platform saves 30%.",
    "I hear you. How did you find out?",
    "…",
    "Who decides now?",
]


@pytest.fixture
def practice(coach: Coach) -> Practice:
    return coach.practice


@pytest.fixture
def meeting(practice: Practice) -> Meeting:
    return practice.begin(SCENARIO, "ada", seed=MAREN[1])


def told(meeting: Meeting) -> list[tuple[object, ...]]:
    """All that the seed and the replies fix."""
    return [(e.number, e.reply, e.line, e.state, e.move, dict(e.memory), e.voice, e.score, e.tip) for e in meeting.exchanges]


def play(practice: Practice, nth: int, replies: list[str], level: Level = Level.MEDIUM) -> Meeting:
    """A meeting with Maren, with the seed `nth` of those that draw her."""
    meeting = practice.begin(SCENARIO, "ada", MAREN[nth], level)
    for number, reply in enumerate(replies, start=1):
        if practice.reply(meeting.id, "ada", number, reply).move.ending:
            break
    return practice.get(meeting.id, "ada")


class TestBegin:
    def test_her_opening_is_kept_already(self, practice: Practice, meeting: Meeting) -> None:
        assert practice.get(meeting.id, "ada") == meeting
        (opening,) = meeting.exchanges
        assert opening.line in [form.line for form in practice.scenario(meeting).opening]
        assert (opening.number, opening.reply, opening.score, opening.tip) == (0, "", None, None)
        assert (meeting.seed, meeting.engine, meeting.ended_at) == (MAREN[1], "embedded", None)
        assert (meeting.level, meeting.person, meeting.branch_of, meeting.branch_at) == (Level.MEDIUM, "maren", "", 0)

    def test_every_opening_comes_up(self, practice: Practice) -> None:
        lines = {practice.begin(SCENARIO, "ada", seed).exchanges[0].line for seed in MAREN[:20]}
        assert lines == {form.line for form in practice.scenarios.cast(SCENARIO, "maren").opening}

    def test_the_seed_decides_whom_one_meets_and_everybody_comes_up(self, practice: Practice) -> None:
        met = {seed: practice.begin(SCENARIO, "ada", seed) for seed in range(9)}
        script = practice.scenarios.script(SCENARIO)
        assert {meeting.person for meeting in met.values()} == {person.id for person in script.people}
        for seed, meeting in met.items():
            assert meeting.person == script.drawn(seed).id == practice.begin(SCENARIO, "ada", seed).person
            assert practice.scenario(meeting).client.id == meeting.person

    @pytest.mark.parametrize("level", Level)
    def test_the_level_is_kept_and_holds_from_the_first_line(self, practice: Practice, level: Level) -> None:
        meeting = practice.begin(SCENARIO, "ada", MAREN[0], level)
        assert practice.get(meeting.id, "ada").level is level
        scenario = practice.scenario(meeting)
        rules = practice.encounter.rules.at(level, scenario.client.temperament)
        assert meeting.exchanges[0].state == rules.start(scenario)

    def test_without_a_seed_one_is_drawn(self, practice: Practice) -> None:
        assert len({practice.begin(SCENARIO, "ada").seed for _ in range(5)}) == 5

    @pytest.mark.parametrize(("asked", "fixed", "seed"), [(None, 7, 7), (3, 7, 3), (0, 7, 0), (None, 0, 0)])
    def test_whose_seed_counts(self, practice: Practice, asked: int | None, fixed: int, seed: int) -> None:
        assert replace(practice, fixed_seed=fixed).begin(SCENARIO, "ada", asked).seed == seed

    def test_there_must_be_such_a_scenario(self, practice: Practice) -> None:
        with pytest.raises(NotFoundError, match="There is no scenario 'golf-day'"):
            practice.begin("golf-day", "ada")
        assert practice.meetings("ada") == ()


class TestReply:
    def test_the_same_seed_and_replies_give_the_same_meeting(self, practice: Practice) -> None:
        assert told(play(practice, 3, REPLIES)) == told(play(practice, 3, REPLIES))

    def test_another_seed_gives_another(self, practice: Practice) -> None:
        lines = {tuple(exchange.line for exchange in play(practice, seed, REPLIES[:4]).exchanges) for seed in range(4)}
        assert len(lines) > 1

    def test_it_is_kept_before_it_is_shown(self, practice: Practice, coach: Coach, meeting: Meeting) -> None:
        shown = practice.reply(meeting.id, "ada", 1, REPLIES[0])
        with closing(sqlite3.connect(coach.settings.home / "coach.db")) as database:
            kept = database.execute("SELECT line FROM exchanges WHERE number = 1").fetchall()
        assert kept == [(shown.line,)]
        assert practice.get(meeting.id, "ada").exchanges[1] == shown

    def test_a_meeting_goes_on_in_another_process(self, practice: Practice, coach: Coach) -> None:
        """Nothing of a meeting lives outside the records."""
        meeting = play(practice, 3, REPLIES[:3])
        with closing(open_repository(coach.settings.records_url)) as records:
            other = replace(practice, records=records, encounter=replace(practice.encounter, _ears={}))
            assert other.reply(meeting.id, "ada", 4, REPLIES[3]).line == play(practice, 3, REPLIES[:4]).exchanges[4].line

    def test_sent_twice_it_is_said_once(self, practice: Practice, meeting: Meeting) -> None:
        first = practice.reply(meeting.id, "ada", 1, REPLIES[0])
        assert practice.reply(meeting.id, "ada", 1, REPLIES[0]) == first
        assert practice.reply(meeting.id, "ada", 1, f"  {REPLIES[0]}\r\n\x00") == first
        practice.reply(meeting.id, "ada", 2, REPLIES[1])
        assert practice.reply(meeting.id, "ada", 1, REPLIES[0]) == first
        assert len(practice.get(meeting.id, "ada").exchanges) == 3

    def test_sent_twice_at_the_same_moment_it_is_said_once(self, practice: Practice, meeting: Meeting) -> None:
        """Both clicks work the answer out; the second to be kept finds the first there and gives that."""
        together = Barrier(2, timeout=20)
        both = replace(practice, records=Meddled(practice.records, before_append=together.wait))
        got: list[Exchange | CoachError] = []

        def send() -> None:
            try:
                got.append(both.reply(meeting.id, "ada", 1, REPLIES[0]))
            except CoachError as error:
                got.append(error)

        clicks = [Thread(target=send) for _ in range(2)]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join()
        kept = practice.get(meeting.id, "ada").exchanges
        assert got == [kept[1], kept[1]]
        assert len(kept) == 2

    def test_other_words_at_the_same_moment_are_told_apart(self, practice: Practice, meeting: Meeting) -> None:
        other = replace(
            practice,
            records=Meddled(practice.records, before_append=lambda: practice.reply(meeting.id, "ada", 1, "I was first.")),
        )
        with pytest.raises(ConflictError):
            other.reply(meeting.id, "ada", 1, "I was second.")
        assert [exchange.reply for exchange in practice.get(meeting.id, "ada").exchanges] == ["", "I was first."]

    def test_other_words_under_an_old_number_are_refused(self, practice: Practice, meeting: Meeting) -> None:
        practice.reply(meeting.id, "ada", 1, REPLIES[0])
        with pytest.raises(ConflictError, match="has moved on in another window"):
            practice.reply(meeting.id, "ada", 1, "Something else.")
        assert len(practice.get(meeting.id, "ada").exchanges) == 2

    @pytest.mark.parametrize("number", [2, 3, 99])
    def test_a_number_that_is_not_due_yet_is_refused(self, practice: Practice, meeting: Meeting, number: int) -> None:
        with pytest.raises(ConflictError, match=f"Reply {number} can not be said yet: the meeting is at reply 1"):
            practice.reply(meeting.id, "ada", number, REPLIES[0])

    @pytest.mark.parametrize("number", [0, -1, -2, -99])
    def test_a_number_that_no_reply_has_is_refused(self, practice: Practice, meeting: Meeting, number: int) -> None:
        practice.reply(meeting.id, "ada", 1, REPLIES[0])
        with pytest.raises(InputError, match="Replies are numbered from 1"):
            practice.reply(meeting.id, "ada", number, REPLIES[0])

    def test_to_a_meeting_that_is_over_nothing_is_said(self, practice: Practice, meeting: Meeting) -> None:
        practice.reply(meeting.id, "ada", 1, REPLIES[0])
        practice.end(meeting.id, "ada")
        with pytest.raises(ConflictError, match="This meeting is over"):
            practice.reply(meeting.id, "ada", 2, REPLIES[1])
        assert practice.reply(meeting.id, "ada", 1, REPLIES[0]).number == 1, "what was said can still be looked at"

    def test_somebody_elses_meeting_is_not_there(self, practice: Practice, meeting: Meeting) -> None:
        for reach in (
            lambda: practice.reply(meeting.id, "ben", 1, "Hello"),
            lambda: practice.get(meeting.id, "ben"),
            lambda: practice.end(meeting.id, "ben"),
            lambda: practice.get("nonsense", "ada"),
        ):
            with pytest.raises(NotFoundError):
                reach()
        assert practice.get(meeting.id, "ada") == meeting

    def test_a_scenario_that_has_changed_does_not_go_on(self, practice: Practice, meeting: Meeting) -> None:
        old = replace(meeting, id="older", scenario_hash="000000000000")
        practice.records.begin(old)
        with pytest.raises(ConflictError, match="The scenario has been changed since"):
            practice.reply("older", "ada", 1, REPLIES[0])
        assert practice.get("older", "ada") == old

    def test_she_ends_it_in_time(self, practice: Practice) -> None:
        meeting = play(practice, 2, ["Tell me more."] * 99)
        assert meeting.ending is not None
        assert meeting.ended_at == meeting.exchanges[-1].at


class Meddled(Repository):
    """Real records, with something happening just before an exchange is kept."""

    def __init__(self, real: Repository, before_append: Callable[[], object]) -> None:
        self.__dict__.update(real.__dict__)
        self._before_append = before_append

    def append(self, meeting_id: str, exchange: Exchange, **more: object) -> None:
        self._before_append()
        super().append(meeting_id, exchange)


class TestOddReplies:
    @pytest.mark.parametrize("raw", ["", "   ", "\n\t\r\n", "\x00\x01\x1b", "\u200b \u2060"])
    def test_an_empty_one_is_not_sent(self, practice: Practice, meeting: Meeting, raw: str) -> None:
        with pytest.raises(InputError, match="There is nothing to send yet"):
            practice.reply(meeting.id, "ada", 1, raw)
        assert practice.get(meeting.id, "ada") == meeting

    def test_a_very_long_one_is_not_sent(self, practice: Practice, meeting: Meeting) -> None:
        with pytest.raises(InputError, match="That is 50,000 characters; a reply may have 4,000"):
            practice.reply(meeting.id, "ada", 1, "x" * 50_000)
        assert practice.get(meeting.id, "ada") == meeting

    def test_the_longest_that_may_be_is(self, practice: Practice, meeting: Meeting) -> None:
        assert practice.reply(meeting.id, "ada", 1, ("How are you? " * MAX_REPLY)[:MAX_REPLY].strip()).line

    @pytest.mark.parametrize(
        ("raw", "kept"),
        [
            ("How\x00 are\x07 you?", "How are you?"),
            ("Hello \ud83d there", "Hello \ufffd there"),
            ("a\r\nb", "a\nb"),
            ("<script>alert('x')</script> & <b>you</b>?", "<script>alert('x')</script> & <b>you</b>?"),
            ("cafe\u0301", "café"),
            ("'; DROP TABLE meetings; --", "'; DROP TABLE meetings; --"),
            ("{{ 7 * 7 }} {name} %s", "{{ 7 * 7 }} {name} %s"),
            ("👩‍👩‍👧 🇩🇪", "👩‍👩‍👧 🇩🇪"),
            ("\u202edesrever", "\u202edesrever"),
        ],
    )
    def test_it_is_kept_as_it_can_be_kept(self, practice: Practice, meeting: Meeting, raw: str, kept: str) -> None:
        exchange = practice.reply(meeting.id, "ada", 1, raw)
        assert exchange.reply == kept
        assert practice.get(meeting.id, "ada").exchanges[1] == exchange
        assert exchange.score is not None
        for seen in exchange.score.observations:
            assert kept[seen.start : seen.end] == seen.quote

    @pytest.mark.parametrize(
        ("raw", "noticed"),
        [
            ("How are you?", False),
            ("  How are you?\r\n", False),
            ("cafe\u0301", False),
            ("a\rb", False),
            ("How\x00 are you?", True),
            ("\ud83d", True),
        ],
    )
    def test_what_is_left_out_is_told(self, raw: str, *, noticed: bool) -> None:
        assert bool(check_reply(raw).notice) is noticed


class TestStorageFails:
    @pytest.fixture
    def hasty(self, practice: Practice, coach: Coach) -> Iterator[Practice]:
        """The same practice, which does not wait for other writers."""
        with closing(open_repository(coach.settings.records_url, busy_seconds=0.01)) as records:
            yield replace(practice, records=records)

    @pytest.fixture
    def held(self, coach: Coach, meeting: Meeting) -> Iterator[Callable[[], None]]:
        """Another program holds the records for writing; calling this lets them go."""
        database = Path(coach.settings.home / "coach.db")
        with closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")

            def let_go() -> None:
                other.execute("ROLLBACK")

            yield let_go
            if other.in_transaction:
                other.execute("ROLLBACK")

    def test_in_the_middle_of_a_reply(
        self, hasty: Practice, practice: Practice, meeting: Meeting, held: Callable[[], None]
    ) -> None:
        with pytest.raises(StorageError, match="nothing was saved of this reply"):
            hasty.reply(meeting.id, "ada", 1, REPLIES[0])
        assert hasty.get(meeting.id, "ada") == meeting, "nothing has changed"
        held()
        again = hasty.reply(meeting.id, "ada", 1, REPLIES[0])
        assert told(practice.get(meeting.id, "ada")) == told(play(practice, 1, REPLIES[:1]))
        assert practice.get(meeting.id, "ada").exchanges[1] == again

    def test_at_the_beginning_and_at_the_end(self, hasty: Practice, meeting: Meeting, held: Callable[[], None]) -> None:
        with pytest.raises(StorageError):
            hasty.begin(SCENARIO, "ada")
        with pytest.raises(StorageError):
            hasty.end(meeting.id, "ada")
        assert [summary.id for summary in hasty.meetings("ada")] == [meeting.id]
        held()
        assert hasty.end(meeting.id, "ada").ended_at is not None


class TestEnd:
    def test_the_trainee_may_end_it(self, practice: Practice, meeting: Meeting) -> None:
        ended = practice.end(meeting.id, "ada")
        assert ended.ended_at is not None
        assert ended.ending is Ending.FLAT
        assert practice.end(meeting.id, "ada") == ended, "ended again it stays as it is"

    def test_after_a_good_meeting_it_ends_well(self, practice: Practice) -> None:
        good = [
            "That is big news. Tell me more. How are you doing?",
            "Let's leave the project for today. How are people taking it?",
            "It sounds as if that weighs on you. Who are you most worried about?",
            "How did you find out yourself?",
            "That must have been a shock. What did you do then?",
            "What does all this mean for you personally?",
            "Tell me about the people you hired.",
            "What's the hardest part of this for you?",
            "That sounds heavy to carry alone. Who knows how you really are?",
            "I can see why that worries you. What would help you most this week?",
        ]
        meeting = play(practice, 1, good)
        assert practice.end(meeting.id, "ada").ending is Ending.WELL


class TestBranch:
    """Going back to answer otherwise."""

    @pytest.fixture
    def whole(self, practice: Practice) -> Meeting:
        return play(practice, 3, REPLIES)

    @pytest.mark.parametrize("number", [0, 1, 3])
    def test_it_is_the_old_meeting_up_to_there(self, practice: Practice, whole: Meeting, number: int) -> None:
        branch = practice.branch(whole.id, "ada", number)
        assert practice.get(branch.id, "ada") == branch
        assert branch.id != whole.id
        assert told(branch) == told(whole)[: number + 1]
        assert (branch.branch_of, branch.branch_at) == (whole.id, number)
        assert (branch.seed, branch.level, branch.person) == (whole.seed, whole.level, whole.person)
        assert (branch.ended_at, branch.ending) == (None, None)

    @pytest.mark.parametrize("number", [0, 2, 5])
    @pytest.mark.parametrize("level", [Level.EASY, Level.HARD])
    def test_the_same_replies_again_give_the_same_lines(self, practice: Practice, number: int, level: Level) -> None:
        whole = play(practice, 3, REPLIES, level)
        branch = practice.branch(whole.id, "ada", number)
        for exchange in whole.exchanges[number + 1 :]:
            practice.reply(branch.id, "ada", exchange.number, exchange.reply)
        assert told(practice.get(branch.id, "ada")) == told(whole)

    def test_answered_otherwise_it_goes_its_own_way_and_the_old_one_stays(self, practice: Practice, whole: Meeting) -> None:
        branch = practice.branch(whole.id, "ada", 2)
        assert whole.exchanges[3].reply == "What about the project?"
        other = practice.reply(branch.id, "ada", 3, "How are you doing yourself?")
        assert other.line != whole.exchanges[3].line
        assert other.state.trust > whole.exchanges[3].state.trust
        assert practice.get(whole.id, "ada") == whole

    def test_no_line_of_what_they_share_is_said_again(self, practice: Practice, whole: Meeting) -> None:
        branch = practice.branch(whole.id, "ada", 2)
        for number in (3, 4, 5):
            practice.reply(branch.id, "ada", number, f"How did you find out, and what then? ({number})")
        used = Memory.from_json(practice.get(branch.id, "ada").exchanges[-1].memory).used
        assert len(used) == len(set(used))
        shared = Memory.from_json(whole.exchanges[2].memory).used
        assert shared
        assert used[: len(shared)] == shared

    def test_a_branch_may_be_left_for_another(self, practice: Practice, whole: Meeting) -> None:
        first = practice.branch(whole.id, "ada", 3)
        second = practice.branch(first.id, "ada", 1)
        assert (second.branch_of, second.branch_at) == (first.id, 1)
        assert told(second) == told(whole)[:2]

    @pytest.mark.parametrize("number", [-1, 8, 99])
    def test_a_reply_that_there_is_not_is_told(self, practice: Practice, whole: Meeting, number: int) -> None:
        with pytest.raises(NotFoundError, match=f"The meeting has no reply {number + 1} to go back to; it has 7"):
            practice.branch(whole.id, "ada", number)
        assert len(practice.meetings("ada")) == 1

    def test_behind_its_end_there_is_nothing_to_go_on_with(self, practice: Practice) -> None:
        ended = play(practice, 2, ["Tell me more."] * 99)
        last = ended.exchanges[-1].number
        assert ended.exchanges[-1].move.ending is not None
        with pytest.raises(ConflictError, match="That reply ended the meeting"):
            practice.branch(ended.id, "ada", last)
        assert len(practice.meetings("ada")) == 1
        again = practice.branch(ended.id, "ada", last - 1)
        assert practice.reply(again.id, "ada", last, ended.exchanges[-1].reply).line == ended.exchanges[-1].line

    def test_a_meeting_that_the_trainee_ended_can_be_gone_back_into_to_its_last_line(self, practice: Practice) -> None:
        meeting = play(practice, 3, REPLIES[:2])
        practice.end(meeting.id, "ada")
        branch = practice.branch(meeting.id, "ada", 2)
        assert branch.ended_at is None
        assert practice.reply(branch.id, "ada", 3, REPLIES[2]).number == 3

    def test_of_a_scenario_that_has_changed_there_is_no_branch(self, practice: Practice, whole: Meeting) -> None:
        practice.records.begin(replace(whole, id="older", scenario_hash="000000000000"))
        with pytest.raises(ConflictError, match="The scenario has been changed since"):
            practice.branch("older", "ada", 1)

    def test_somebody_elses_is_not_there(self, practice: Practice, whole: Meeting) -> None:
        with pytest.raises(NotFoundError):
            practice.branch(whole.id, "ben", 1)
        assert practice.meetings("ben") == ()

    def test_what_can_not_be_kept_is_not_begun(
        self, practice: Practice, whole: Meeting, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise StorageError("The disk is full.")

        monkeypatch.setattr(practice.records, "begin", full)
        with pytest.raises(StorageError):
            practice.branch(whole.id, "ada", 1)
        assert [summary.id for summary in practice.meetings("ada")] == [whole.id]

    def test_the_list_tells_it_from_the_old_one(self, practice: Practice, whole: Meeting) -> None:
        branch = practice.branch(whole.id, "ada", 2)
        listed = {summary.id: (summary.branch_of, summary.replies) for summary in practice.meetings("ada")}
        assert listed == {whole.id: ("", 7), branch.id: (whole.id, 2)}


class TestTips:
    def test_no_tip_comes_twice_in_a_meeting(self, practice: Practice) -> None:
        for replies in (["Tell me more."] * 10, ["What about the project?"] * 5, [*REPLIES, *REPLIES[:4]]):
            meeting = practice.begin(SCENARIO, "ada", MAREN[1])
            tips = []
            for number, reply in enumerate(replies, start=1):
                exchange = practice.reply(meeting.id, "ada", number, reply)
                tips += [exchange.tip.text] if exchange.tip else []
                if exchange.move.ending:
                    break
            assert len(tips) == len(set(tips))
            assert tips

    @pytest.mark.parametrize("reply", ["…", "asdf qwrtplk zxcvb"])
    def test_where_nothing_fits_there_is_none(self, practice: Practice, meeting: Meeting, reply: str) -> None:
        assert practice.reply(meeting.id, "ada", 1, reply).tip is None

    def test_a_tip_may_use_the_words_of_the_clue_that_went_by(self, practice: Practice, meeting: Meeting) -> None:
        exchange = practice.reply(meeting.id, "ada", 1, "What about the project?")
        assert exchange.tip is not None
        assert exchange.tip.citation.text


class TestDebrief:
    @pytest.mark.parametrize(
        ("replies", "end", "headline"),
        [
            ([], True, "You met Maren, and the meeting ended before you said anything."),
            ([], False, "You have met Maren, and have not said anything yet."),
            (
                ["What about the project?"],
                False,
                "You asked about the project before you asked about Maren, and Maren noticed.",
            ),
            (
                ["What about the project?", *REPLIES[:2], "I'm sorry, I rushed ahead. What is it like for you?"],
                False,
                "You asked about the project before you asked about Maren, then you found your way back.",
            ),
            (REPLIES[:2], False, "You stayed with the person throughout, and heard "),
            (REPLIES[:3], False, "You stayed with Maren for two replies; at reply 3 the business came back."),
            (["Shut up, nobody cares."] * 2, False, "Maren ended it. There was not enough patience left to go on."),
            (
                [
                    "What about the project?",
                    "Our platform saves 30%.",
                    "Sign today.",
                    "This offer ends on Friday.",
                    "I need your decision.",
                    "Who is the new decision maker?",
                    "Let me show you our demo.",
                ],
                False,
                "Maren ended it. The business came before the person, and there was not enough patience left to wait.",
            ),
        ],
    )
    def test_the_headline_tells_what_happened(
        self, practice: Practice, replies: list[str], headline: str, *, end: bool
    ) -> None:
        meeting = play(practice, 1, replies)
        if end:
            meeting = practice.end(meeting.id, "ada")
        assert practice.debrief(meeting).headline.startswith(headline)

    def test_it_adds_up(self, practice: Practice) -> None:
        meeting = play(practice, 1, REPLIES)
        told_back = practice.debrief(meeting)
        scenario = practice.scenario(meeting)
        assert len(told_back.told) + len(told_back.kept) == len(scenario.facts)
        assert told_back.score.replies == len(REPLIES)
        assert [goal for goal in told_back.goals if goal not in [e.tip for e in meeting.exchanges]] == []
        for moment in told_back.moments:
            assert moment.said in moment.exchange.reply


def test_the_list_of_meetings_is_the_trainees_own(practice: Practice, meeting: Meeting) -> None:
    practice.begin(SCENARIO, "ben", 1)
    ended = practice.begin(SCENARIO, "ada", 2)
    practice.end(ended.id, "ada")
    assert {summary.id for summary in practice.meetings("ada")} == {meeting.id, ended.id}
    assert [summary.id for summary in practice.meetings("ada", unfinished=True)] == [meeting.id]
    assert len(practice.meetings("ada", limit=1)) == 1


def test_the_deal_before_the_person_is_told_once_and_also_after_a_silence(coach: Coach) -> None:
    practice = coach.practice
    meeting = practice.begin(SCENARIO, LOCAL_TRAINEE, MAREN[1])
    events = []
    said = ("…", "When can you sign the contract for phase two?", "And the contract for the depots?")
    for number, reply in enumerate(said, start=1):
        score = practice.reply(meeting.id, LOCAL_TRAINEE, number, reply).score
        assert score is not None
        events.append(score.events)
    assert events == [(), (Event.DEAL_BEFORE_PERSON,), ()]


def test_after_the_person_was_seen_the_deal_is_no_such_event(coach: Coach) -> None:
    practice = coach.practice
    meeting = practice.begin(SCENARIO, LOCAL_TRAINEE, MAREN[1])
    practice.reply(meeting.id, LOCAL_TRAINEE, 1, "That is big news. How are you?")
    score = practice.reply(meeting.id, LOCAL_TRAINEE, 2, "When can you sign the contract for phase two?").score
    assert score is not None
    assert score.events == ()
