"""`coach evals`: how well the scorer sees what a coach sees."""

import json
from pathlib import Path

import click

from coach.cli.app import App, pass_app
from coach.cli.terminal import Bar, plain, say
from coach.errors import InputError

BELOW = 1
"""Exit code of a pass rate below `--at-least`."""


@click.group()
def evals() -> None:
    """The evals of the scorer."""


@evals.command("run")
@click.option("--suite", "suite_id", metavar="NAME", help="Only this suite.")
@click.option("--at-least", type=click.FloatRange(0, 1), default=0.0, show_default=True, metavar="RATE",
              help="Leave with exit code 1 where the share of cases that pass is below RATE (0 to 1).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_app
@click.pass_context
def run(ctx: click.Context, app: App, suite_id: str | None, at_least: float, as_json: bool) -> None:
    """Run the cases against the scorer in force.

    The cases are in evals/cases; the scorer is that of the engine in force, which `coach doctor` names. Cases that fail
    are told with what differed. On its own a failing case is a finding, not an error; give --at-least to make it one.
    """
    from coach.evals import get_suite, load_suites, run_suite, to_json, to_text  # noqa: PLC0415 - brings the scorer
    from coach.evals.report import overall  # noqa: PLC0415 - likewise

    suites = (get_suite(suite_id),) if suite_id else load_suites()
    if not suites:
        raise InputError("There are no suites in evals/cases.")
    observer = app.coach.strict_observer
    runs = []
    for suite in suites:
        bar = Bar(f"Suite {suite.suite}, cases")
        runs.append(run_suite(suite, observer, bar))
        bar.clear()
    click.echo(json.dumps(to_json(runs), indent=2) if as_json else plain(to_text(runs)))
    rate = overall(runs).rate
    if rate < at_least:
        click.echo(f"coach: the pass rate {rate:.3f} is below {at_least:g}.", err=True)
        ctx.exit(BELOW)


@evals.command("agreement")
@click.option("--labels", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Rated replies, a JSON object a line; without it those that ship with coach (model-rated).")
@click.option("--scores", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="What `coach score --replies` wrote of them (some will do); without it they are scored now.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_app
def agreement_command(app: App, labels: Path | None, scores: Path | None, as_json: bool) -> None:
    """Hold the scores against rated replies.

    Tells, with 95% intervals, the rank correlation and the weighted kappa of each scale, and the F1 of each behaviour.
    """
    from coach.evals.agreement import agreement, load_scored, scored  # noqa: PLC0415 - brings the scorer
    from coach.evals.labels import load_rated  # noqa: PLC0415 - likewise
    from coach.evals.report import agreement_json, agreement_text  # noqa: PLC0415 - likewise

    rated = load_rated(labels)
    if not rated:
        raise InputError(f"There are no rated replies in {labels}.")
    if scores is None:
        bar = Bar("Rated replies")
        given = scored(rated, app.coach.strict_observer, bar)
        bar.clear()
    else:
        rated, given = load_scored(scores, rated)
    found = agreement(rated, given)
    click.echo(json.dumps(agreement_json(found), indent=2) if as_json else plain(agreement_text(found)))


@evals.command("robustness")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_app
def robustness_command(app: App, as_json: bool) -> None:
    """Try whether the scorer is fair and holds.

    Other idioms, names and genders should score alike, and stuffing should raise nothing.
    """
    from coach.evals.pairs import robustness  # noqa: PLC0415 - brings the scorer
    from coach.evals.report import robustness_json, robustness_text  # noqa: PLC0415 - likewise

    bar = Bar("Pairs")
    found = robustness(app.coach.strict_observer, bar)
    bar.clear()
    click.echo(json.dumps(robustness_json(found), indent=2) if as_json else plain(robustness_text(found)))


@evals.command("questions")
@pass_app
def questions_command(app: App) -> None:
    """Try whether the customers answer what they are asked.

    Questions that ship with coach, and the answers that fit them, against what the embedded engine would say to each.
    """
    from coach.evals.questions import answers, load_asked  # noqa: PLC0415 - brings the scorer
    from coach.evals.report import questions_text  # noqa: PLC0415 - likewise

    asked = load_asked()
    bar = Bar("Questions")
    found = answers(app.coach.encounter, asked, bar)
    bar.clear()
    click.echo(questions_text(found))


@evals.command("knowledge")
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True,
              help="Which half of the labelled questions; the bars and weights were set on dev.")
@click.option("--queries", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="Labelled questions of your own, a JSON object a line; all of them are taken.")
@pass_app
def knowledge_command(app: App, split: str, queries: Path | None) -> None:
    """Try whether the library finds what is asked for.

    Each part of the search alone, both fused, and what is shown; and how well it says that it has no answer.
    """
    from coach.evals.report import retrieval_text  # noqa: PLC0415 - brings the scorer
    from coach.evals.retrieval import load_queries, retrieval  # noqa: PLC0415 - likewise

    asked = [one for one in load_queries(queries) if queries or one.split == split]
    if not any(one.frameworks for one in asked):
        raise InputError("There is no question with an answer among them.")
    bar = Bar("Questions")
    found = retrieval(app.ready().library, asked, bar)
    bar.clear()
    click.echo(retrieval_text(found))


@evals.command("tips")
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True,
              help="Which half of the labelled situations.")
@pass_app
def tips_command(app: App, split: str) -> None:
    """Try whether tips cite the card that fits.

    The tips that coach gives, against the cards that coaches would cite; beside them the library's first card for the reply's
    own words, and one card for everything.
    """
    from coach.evals.report import tips_text  # noqa: PLC0415 - brings the scorer
    from coach.evals.tips import load_situations, tip_fit  # noqa: PLC0415 - likewise

    situations = [one for one in load_situations() if one[0].split == split]
    bar = Bar("Situations")
    found = tip_fit(situations, app.coach.strict_observer, app.ready().library, bar)
    bar.clear()
    click.echo(tips_text(found))


@evals.command("tokens")
@pass_app
def tokens_command(app: App) -> None:
    """Tell what a meeting with a model takes in tokens.

    The prompts of the customer's voice and of the judge, at 5 to 60 turns, against telling the model everything each time.
    Nothing is sent to any model; a minute or less.
    """
    from coach.evals.tokens import SCENARIO, TRAINEE, to_text, token_use  # noqa: PLC0415 - brings the scorer
    from coach.evals.trainees import trainee  # noqa: PLC0415 - likewise

    coach, bar = app.coach, Bar("Turns")
    found = token_use(coach.encounter, coach.rubric, coach.cards, SCENARIO, trainee(TRAINEE), progress=bar)
    bar.clear()
    click.echo(to_text(found))


@evals.command("train-tips")
@pass_app
def train_tips_command(app: App) -> None:
    """Learn anew which card a tip cites.

    From the labelled situations that ship, in a few seconds.
    """
    from coach.evals.tip_training import train_tips, write_weights  # noqa: PLC0415 - brings numpy
    from coach.evals.tips import load_situations  # noqa: PLC0415 - likewise

    situations = [one for one in load_situations() if one[0].split == "train"]
    path = write_weights(train_tips(situations, [card.id for card in app.coach.cards]))
    say(f"Learned from {len(situations)} situations: {path}.")


@evals.command("ablation")
@pass_app
def ablation_command(app: App) -> None:
    """Tell what each group of features is worth.

    The embedded scorer's agreement with the training ratings, when one group is left out; about a minute.
    """
    from coach.evals.ablation import ablation  # noqa: PLC0415 - brings the scorer
    from coach.evals.report import ablation_text  # noqa: PLC0415 - likewise
    from coach.evals.training import examples, load_training  # noqa: PLC0415 - likewise

    bar = Bar("Training replies")
    found = examples(load_training(), app.coach.embedder, bar)
    bar.clear()
    click.echo(ablation_text(ablation(found)))


@evals.command("train")
@pass_app
def train_command(app: App) -> None:
    """Train the embedded scorer anew.

    From the rated replies that ship, in about a minute. The tuned encoder is taken as it is; `coach evals tune` makes
    it anew, which takes an hour and needs torch.
    """
    from coach.evals.training import load_training, train_model  # noqa: PLC0415 - brings the scorer

    rated = load_training()
    bar = Bar("Training replies")
    path = train_model(rated, app.coach.embedder, bar)
    bar.end(f"Trained on {len(rated)} rated replies: {path} ({path.stat().st_size / 1e6:.1f} MB).")


@evals.command("tune")
@click.option("--jobs", type=click.IntRange(1, 8), default=2, show_default=True, help="How many runs at once.")
def tune_command(jobs: int) -> None:
    """Tune the scorer's encoder anew.

    It takes half an hour on two cores and needs torch, which `make tune` brings.
    """
    from coach.evals.training import load_training  # noqa: PLC0415 - brings the scorer
    from coach.evals.tuning import tune_encoder  # noqa: PLC0415 - likewise

    bar = Bar("Steps")
    tune_encoder(load_training(), bar, jobs)
    bar.end("Tuned. `coach evals train` builds the scorer on it.")
