"""The entry point: the group of all commands, and the one place where an error becomes a line and an exit code."""

import io
import os
import sys
import traceback
from contextlib import suppress

import click

from coach.cli.ask import ask
from coach.cli.audit import audit
from coach.cli.chat import chat
from coach.cli.doctor import doctor
from coach.cli.evals import evals
from coach.cli.knowledge import knowledge
from coach.cli.meetings import meetings
from coach.cli.prompts import prompts
from coach.cli.scenario import scenario
from coach.cli.score import score
from coach.cli.serve import serve
from coach.cli.simulate import simulate
from coach.cli.terminal import one_line
from coach.cli.usage import usage
from coach.errors import CoachError

# As a shell reports a process that a signal ended: 128 and the signal's number.
_INTERRUPTED = 130
_BROKEN_PIPE = 141
_EPILOG = """\b
Exit codes:
  0  done
  1  a fault of coach's, a pass rate below --at-least, or an error in a scenario
     looked over, or what `simulate --check` asks and does not hold
  2  a command line that can not be understood
  3  what was typed, or a data file, can not be used
  4  there is no such meeting, scenario or suite
  5  something is missing or not configured (see `coach doctor`)
  6  the records can not be read or written
  7  the meeting has moved on elsewhere
  8  the language model gave no usable answer
  9  what was under way was stopped, as nobody waited for it
130  interrupted
"""


class Commands(click.Group):
    """A group whose commands end in an exit code and at most one line on stderr, never in a traceback unasked."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that the command line names. `--debug` is read here, for all of them."""
        try:
            result: object = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()  # here, where a closed pipe can still be met calmly
        except CoachError as error:
            _tell(str(error), debug=bool(ctx.params["debug"]))
            ctx.exit(error.exit_code)
        except (KeyboardInterrupt, click.Abort):
            _tell("stopped.", debug=False)
            ctx.exit(_INTERRUPTED)
        except BrokenPipeError:
            _leave_pipe()
            ctx.exit(_BROKEN_PIPE)
        except (click.ClickException, click.exceptions.Exit):
            raise
        except Exception as error:  # noqa: BLE001 - the last net: whatever it is, it is told as ours and without a traceback
            _tell(f"something went wrong, and the fault is coach's own ({type(error).__name__}). "
                  "`coach --debug …` with the same command shows where.", debug=bool(ctx.params["debug"]))
            ctx.exit(1)
        return result


_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 92}


@click.group(cls=Commands, epilog=_EPILOG, context_settings=_CONTEXT)
@click.version_option(package_name="coach", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def cli(debug: bool) -> None:
    """Practise the human side of selling with a simulated customer.

    Without a key and without a network coach runs on its embedded engine. `coach serve` opens the page, `coach chat`
    does the same in the terminal, `coach doctor` says what is set up and what is missing.
    """


for command in (serve, chat, meetings, scenario, knowledge, ask, score, simulate, audit, prompts, evals, usage, doctor):
    cli.add_command(command)


def main() -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal without typographic quotes, a file that is not UTF-8: show a sign in their place and go on.
            stream.reconfigure(errors="replace")
    cli.main(prog_name="coach")


def _tell(message: str, *, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    click.echo(f"coach: {one_line(message)}", err=True)


def _leave_pipe() -> None:
    """Nobody reads any more: send what Python still holds back to nowhere, or it would complain when it ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
