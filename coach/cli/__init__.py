"""`coach …`: a thin shell over the rooms below.

`main.py` is the entry point and the one place where errors become exit codes; each command has a file of its own. What
is heavy (the page, the search, the records) is imported inside the command that needs it, so that `coach --help` is
there at once and `coach doctor` can report a package that is broken.
"""
