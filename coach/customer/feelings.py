"""How a reply lands with her: what it does to her state, and what in it she reacts to. The amounts are in `director.yaml`."""

from collections.abc import Mapping, Sequence

from coach.customer.rules import Effect, Rules
from coach.customer.scenario import Reaction
from coach.domain import PLAIN, CustomerState, Observation
from coach.domain import Behaviour as B
from coach.language.kind import Kind

# What she reacts to first when a reply does several things: what hurts comes before what helps.
COOLING: tuple[tuple[B, Reaction], ...] = (
    (B.PRESSURE, Reaction.PRESSED), (B.FALSE_EMPATHY, Reaction.FALSE_EMPATHY), (B.NON_APOLOGY, Reaction.NON_APOLOGY),
    (B.PITCH, Reaction.PITCH), (B.TURNS_TO_DEAL, Reaction.DEAL), (B.DISPARAGES, Reaction.DISPARAGED),
    (B.EMPTY_REASSURANCE, Reaction.REASSURED), (B.FLATTERY, Reaction.FLATTERED), (B.ADVICE, Reaction.ADVISED),
    (B.HOLLOW_SMALL_TALK, Reaction.SMALL_TALK), (B.MANIPULATES_SCORER, Reaction.OUT_OF_CHARACTER),
)
WARMING: tuple[tuple[B, Reaction], ...] = (
    (B.OWNS_MISTAKE, Reaction.OWNED_MISTAKE), (B.SETS_AGENDA_ASIDE, Reaction.AGENDA_ASIDE),
    (B.OFFERS_HELP, Reaction.HELP_OFFERED), (B.REFLECTS_FEELING, Reaction.REFLECTED), (B.SELF_DISCLOSURE, Reaction.DISCLOSED),
    (B.ACKNOWLEDGES, Reaction.ACKNOWLEDGED), (B.REFLECTS_CONTENT, Reaction.REFLECTED), (B.CHALLENGES, Reaction.CHALLENGED),
    (B.NEXT_STEP, Reaction.NEXT_STEP),
)
_NOTHING = Effect(trust=0, openness=0, stress=0, patience=0, why="an ordinary reply")
# A reaction that is not deserved, a rebuke or thanks, costs more than one that is missed.
SURE_ENOUGH = PLAIN
_ABOUT_AS_SURE = 0.35


def moved(rules: Rules, state: CustomerState, observations: Sequence[Observation], kind: Kind) -> CustomerState:
    """Her state after a reply: effects add up, gains of trust are capped, losses grow with the trust there was.

    What is kind in a reply moves her only as far as the kindness is no springboard to the deal.
    """
    sincere = 1 - max((seen.confidence for seen in observations if seen.behaviour == B.FALSE_EMPATHY), default=0.0)
    effects: list[tuple[Effect, float]] = []
    for seen in observations:
        if (effect := rules.effects.get(seen.behaviour)) is not None:
            effects.append((effect, seen.confidence * (sincere if effect.trust > 0 else 1.0)))

    def total(name: str) -> float:
        return sum(float(getattr(effect, name)) * share for effect, share in effects)

    trust = min(total("trust"), rules.trust_gain_cap)
    patience = max(total("patience"), -rules.patience_loss_cap)
    what_it_is = rules.kinds.get(kind.value, _NOTHING)
    trust += what_it_is.trust
    if trust > 0:
        trust *= 1 - rules.trust_gain_fades * state.trust
    else:
        trust = max(-rules.trust_loss_cap, trust * (1 + rules.betrayal * state.trust))
    return CustomerState(
        trust=share(state.trust + trust),
        openness=share(state.openness + total("openness") + what_it_is.openness),
        stress=share(state.stress + total("stress") + what_it_is.stress),
        patience=share(state.patience + patience + what_it_is.patience))


def share(value: float) -> float:
    """`value` within 0 to 1, to four places, so that it is the same wherever it was kept."""
    return round(min(1.0, max(0.0, value)), 4)


def felt(reactions: Sequence[tuple[B, Reaction]], sure: Mapping[str, float]) -> list[Reaction]:
    """Those of `reactions` that she has cause for: what weighs most first, of what she is about as sure of as of any.

    Args:
        reactions: what she may react to, and how, the weightiest first.
        sure: the confidence of each behaviour observed.
    """
    surest = max((sure.get(behaviour, 0.0) for behaviour, _ in reactions), default=0.0)
    least = max(SURE_ENOUGH, surest - _ABOUT_AS_SURE)
    return [reaction for behaviour, reaction in reactions if sure.get(behaviour, 0.0) >= least]
