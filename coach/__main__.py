"""`python -m coach`: the command line."""

from coach.cli.main import main

main()
