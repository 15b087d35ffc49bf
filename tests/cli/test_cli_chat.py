"""A meeting in the terminal: what is shown, what is asked back, how it ends and how it is left."""

import re
import shutil
from collections.abc import Callable

import pytest
from click.testing import Result

from coach.domain import PLAIN, Level, Meeting
from coach.errors import StorageError
from coach.language.embeddings import LexicalEmbedder
from coach.meeting import MAX_REPLY
from coach.wiring import Coach

Run = Callable[..., Result]
KIND = "I'm so sorry, Maren. That's a lot. How are you doing with it yourself?"
DEAL = "Right. Can we still sign phase two this month?"


def meeting_in(result: Result, coach: Coach) -> Meeting:
    """The meeting that a chat held, as the records have it."""
    found = re.search(r"Meeting\s+([0-9a-f]{12})|meeting\s+([0-9a-f]{12})", result.stdout)
    assert found, result.output
    return coach.records.get(found[1] or found[2])


def without_id(result: Result) -> str:
    return re.sub(r"[0-9a-f]{12}", "ID", result.stdout)


def test_a_whole_meeting(run: Run, coach: Coach) -> None:
    result = run("chat", "acquisition-news", "--seed", "7", stdin=f"{KIND}\n{DEAL}\n/end\n")
    assert result.exit_code == 0
    assert result.stderr == ""
    meeting = meeting_in(result, coach)
    assert [exchange.reply for exchange in meeting.exchanges] == ["", KIND, DEAL]
    assert meeting.seed == 7
    assert meeting.trainee == "local"
    assert meeting.ended_at is not None
    flat = " ".join(result.stdout.split())
    # The briefing, her opening, the plan.
    for part in ("you meet Maren Holt", "Planned: Agree dates and the budget", meeting.exchanges[0].line):
        assert part in flat
    for exchange in meeting.scored:
        assert exchange.score is not None
        assert exchange.line in flat
        assert f"Empathy {exchange.score.empathy} Selling {exchange.score.selling} (of 100)" in flat
        for seen in exchange.score.told:
            perhaps = "" if seen.confidence >= PLAIN else "perhaps "
            assert f"you {perhaps}{coach.rubric.label(seen.behaviour)}: “{seen.quote}”" in flat
    tips = [exchange.tip for exchange in meeting.scored if exchange.tip]
    assert tips
    for tip in tips:
        assert f"Tip: {tip.text} — “{tip.citation.title}”, {tip.citation.source}" in flat


def test_the_debrief_tells_the_meeting_back(run: Run, coach: Coach) -> None:
    result = run("chat", "acquisition-news", "--seed", "7", stdin=f"{KIND}\n{DEAL}\n/END\n")
    told = coach.practice.debrief(meeting_in(result, coach))
    flat = " ".join(result.stdout.partition("\nDebrief\n")[2].split())
    assert told.headline in flat
    assert f"Maren told you {len(told.told)} of {len(told.told) + len(told.kept)} things" in flat
    assert all(one.title in flat for one in told.told)
    assert all(f"{one.title} ({f'after reply {one.reply}' if one.reply else 'at once'})" in flat for one in told.told)
    # What she kept is for the next meeting.
    assert told.kept
    assert not any(one.title in flat or one.would in flat for one in told.kept)
    assert all(clue.words in flat for clue in told.clues)
    assert {"met" if clue.met else "missed" for clue in told.clues} <= set(re.findall(r"• (met|missed),", flat))
    assert all(f"Reply {moment.exchange.number} moved Maren's trust by" in flat for moment in told.moments)
    assert told.goals
    assert all(goal.text in flat for goal in told.goals)


def test_the_same_seed_and_replies_give_the_same_meeting(run: Run) -> None:
    one, two = (run("chat", "acquisition-news", "--seed", "15", stdin=f"{KIND}\n{DEAL}\n/end\n") for _ in range(2))
    assert without_id(one) == without_id(two)


@pytest.mark.parametrize("level", Level)
def test_the_level_is_chosen_at_the_beginning_and_kept(run: Run, coach: Coach, level: Level) -> None:
    begun = meeting_in(run("chat", "acquisition-news", "--seed", "7", "--level", level.value, stdin=f"{KIND}\n"), coach)
    assert begun.level is level
    run("chat", "--resume", begun.id, stdin=f"{DEAL}\n")
    after = coach.records.get(begun.id)
    assert (after.level, len(after.exchanges)) == (level, 3)


def test_unasked_the_level_is_the_middle_one(run: Run, coach: Coach) -> None:
    assert meeting_in(run("chat", "acquisition-news", stdin="/end\n"), coach).level is Level.MEDIUM


def test_the_seed_decides_whom_one_meets(run: Run, coach: Coach, seed_for: Callable[..., int]) -> None:
    for person in coach.scenarios.script("acquisition-news").people:
        result = run("chat", "acquisition-news", "--seed", str(seed_for(person.id)), stdin="/end\n")
        flat = " ".join(result.stdout.split())
        assert f"you meet {person.name}, {person.role}, {person.company}" in flat
        assert meeting_in(result, coach).person == person.id


def test_her_time_runs_out_by_itself(run: Run, coach: Coach) -> None:
    replies = "".join(f"{KIND} And what else? ({n})\n" for n in range(30))
    result = run("chat", "acquisition-news", "--seed", "3", stdin=replies)
    meeting = meeting_in(result, coach)
    assert result.exit_code == 0
    assert meeting.ended_at is not None
    assert 1 < len(meeting.exchanges) < 30
    assert "The meeting ended" in result.stdout
    assert "Debrief" in result.stdout


def test_what_can_not_be_said_is_hinted_at_and_the_meeting_goes_on(run: Run, coach: Coach) -> None:
    result = run("chat", "acquisition-news", stdin=f"\n   \n/ned\n{'x' * (MAX_REPLY + 1)}\n…\n/end\n")
    assert result.exit_code == 0
    assert [exchange.reply for exchange in meeting_in(result, coach).exchanges] == ["", "…"]
    hints = " ".join(result.stderr.split())
    assert hints.count("You have not said anything yet") == 2
    assert "There is no command /ned here" in hints
    assert "a reply may have 4,000" in hints


def test_nothing_said_at_all(run: Run) -> None:
    result = run("chat", "acquisition-news", stdin="/end\n")
    assert result.exit_code == 0
    assert "ended before you said anything" in result.stdout


def test_the_end_of_the_input_leaves_it_open_and_says_how_to_go_on(run: Run, coach: Coach) -> None:
    left = run("chat", "acquisition-news", "--seed", "7", stdin=f"{KIND}\n")
    meeting = meeting_in(left, coach)
    assert left.exit_code == 0
    assert meeting.ended_at is None
    assert f"coach chat --resume {meeting.id}" in " ".join(left.stderr.split())
    assert "Debrief" not in left.stdout
    resumed = run("chat", "--resume", meeting.id, stdin=f"{DEAL}\n/end\n")
    assert resumed.exit_code == 0
    flat = " ".join(resumed.stdout.split())
    assert all(exchange.line in flat for exchange in meeting.exchanges)
    assert [exchange.reply for exchange in coach.records.get(meeting.id).exchanges] == ["", KIND, DEAL]


def test_a_meeting_that_is_over_gives_its_debrief_again(run: Run, coach: Coach) -> None:
    meeting = meeting_in(run("chat", "acquisition-news", stdin=f"{KIND}\n/end\n"), coach)
    again = run("chat", "--resume", meeting.id, stdin="More.\n")
    assert again.exit_code == 0
    assert "Debrief" in again.stdout
    assert coach.records.get(meeting.id) == meeting


@pytest.mark.parametrize(("args", "code", "told"), [
    ((), 2, "Which meeting? Give one of: acquisition-news"),
    (("nonsense",), 4, "no scenario 'nonsense'"),
    (("acquisition-news", "--seed", "-1"), 2, "--seed"),
    (("--resume", "nonsense"), 4, "nonsense"),
    (("--resume", "nonsense", "--seed", "1"), 2, "not both"),
    (("--resume", "nonsense", "--level", "hard"), 2, "A meeting keeps its level"),
    (("acquisition-news", "--level", "brutal"), 2, "'brutal' is not one of 'easy', 'medium', 'hard'"),
])
def test_what_can_not_be_begun(run: Run, args: tuple[str, ...], code: int, told: str) -> None:
    result = run("chat", *args)
    assert result.exit_code == code
    assert told in result.stderr


def test_somebody_elses_meeting_can_not_be_gone_on_with(run: Run, coach: Coach) -> None:
    meeting = coach.practice.begin("acquisition-news", "someone-else")
    result = run("chat", "--resume", meeting.id, stdin=f"{KIND}\n")
    assert result.exit_code == 4
    assert coach.records.get(meeting.id) == meeting


def test_a_wrong_scenario_beside_resume_is_refused(run: Run, coach: Coach) -> None:
    meeting = coach.practice.begin("acquisition-news", "local")
    result = run("chat", "another-one", "--resume", meeting.id)
    assert result.exit_code == 2
    assert "is one of acquisition-news" in result.stderr


def test_where_a_reply_can_not_be_kept_it_says_how_to_go_on(
        run: Run, coach: Coach, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(coach.records, "append", full)
    result = run("chat", "acquisition-news", stdin=f"{KIND}\n{DEAL}\n")
    assert result.exit_code == 6
    assert "coach chat --resume" in " ".join(result.stderr.split())
    assert result.stderr.endswith("coach: The disk is full.\n")
    assert len(meeting_in(result, coach).exchanges) == 1


def test_a_missing_index_is_built_first(run: Run, coach: Coach) -> None:
    coach.embedder = LexicalEmbedder()  # half a minute sooner than by meaning
    shutil.rmtree(coach.settings.index_folder)
    assert not coach.index_is_current()
    result = run("chat", "acquisition-news", stdin="/end\n")
    assert result.exit_code == 0
    assert "Built the search index" in result.stderr
    assert coach.index_is_current()
