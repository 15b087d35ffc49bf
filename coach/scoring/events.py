"""What the order of things over a meeting shows, beyond any single behaviour."""

from collections.abc import Sequence
from dataclasses import replace

from coach.domain import PLAIN, Event, Observation, ReplyScore, Speaker, Transcript
from coach.domain import Behaviour as B

_ACKNOWLEDGING = (B.ACKNOWLEDGES, B.REFLECTS_FEELING, B.SETS_AGENDA_ASIDE)


def in_order(earlier: Sequence[ReplyScore], score: ReplyScore) -> ReplyScore:
    """`score` with its events as the whole conversation so far has them."""
    return replace(score, events=first_turn_to_deal(earlier, score))


def first_turn_to_deal(earlier: Sequence[ReplyScore], score: ReplyScore) -> tuple[Event, ...]:
    """`events_of` over a meeting, given the earlier scores.

    The event comes once, with the first reply that turns to the deal while none before it acknowledged the customer's news.
    """
    acknowledged = any(one.plainly_shows(*_ACKNOWLEDGING) and not one.plainly_shows(B.FALSE_EMPATHY) for one in earlier)
    if acknowledged or any(Event.DEAL_BEFORE_PERSON in one.events for one in earlier):
        return ()
    return events_of(Transcript(), score.observations)


def events_of(history: Transcript, observations: Sequence[Observation]) -> tuple[Event, ...]:
    """What the order over the meeting shows: `DEAL_BEFORE_PERSON` until somebody has acknowledged the customer's news.

    Within one reply the words' order decides: sympathy that comes first, and is not a springboard, counts.
    """
    if history.said_by(Speaker.TRAINEE):
        return ()
    plain = [o for o in observations if o.confidence >= PLAIN]
    deal = [o.start for o in plain if o.behaviour == B.TURNS_TO_DEAL]
    person = [o.start for o in plain if o.behaviour in _ACKNOWLEDGING]
    springboard = any(o.behaviour == B.FALSE_EMPATHY for o in plain)
    if deal and (springboard or not person or min(deal) < min(person)):
        return (Event.DEAL_BEFORE_PERSON,)
    return ()
