"""Steps of a framework are found by meaning, each at the first reply that covers it, with its words."""

import pytest

from coach.scoring.coverage import Coverage, load_frameworks

STEPS = {
    "issue": "What would be the best use of our time this morning, what matters most?",
    "impact": "And how does that affect your people?",
    "stakes": "Suppose nothing changes. What would happen then?",
    "ideal": "If all of it went well, what would that look like?",
    "commit": "So what is the next step, and when do we meet again?",
}


@pytest.mark.parametrize(("step", "asked"), STEPS.items())
def test_a_step_is_heard_in_other_words(coverage: Coverage, step: str, asked: str) -> None:
    likes = load_frameworks().steps[step].like
    assert asked not in likes
    assert [found.topic for found in coverage.steps([asked])] == [step]


def test_each_step_once_at_its_first_reply_in_the_frameworks_order(coverage: Coverage) -> None:
    replies = [f"Hm. {STEPS['impact']}", STEPS["issue"], STEPS["impact"]]
    assert [(found.topic, found.reply, found.quote) for found in coverage.steps(replies)] == [
        ("issue", 2, STEPS["issue"]),
        ("impact", 1, STEPS["impact"]),
    ]


@pytest.mark.parametrize(
    ("which", "asked"),
    [
        ("priorities", "What are your two or three top priorities for the coming year?"),
        ("problems", "What do you and your team have to get better at?"),
        ("perceptions", "How do you tell the vendors apart?"),
    ],
)
def test_the_customers_three_ps(coverage: Coverage, which: str, asked: str) -> None:
    assert which in [found.topic for found in coverage.perceptions([asked])]


@pytest.mark.parametrize(
    "reply",
    [
        "Our module saves 20%.",
        "Lovely weather.",
        "Yes.",
        "I'm so sorry to hear that.",
        "",
        # What is stated about a step asks nothing.
        "Our product tells you what is going wrong.",
        "I told you what happens if nothing changes.",
        "You have contributed to this yourself.",
        "I'd like to show you what is going wrong.",
    ],
)
def test_what_covers_nothing(coverage: Coverage, reply: str) -> None:
    assert coverage.steps([reply]) == ()
    assert coverage.perceptions([reply]) == ()
