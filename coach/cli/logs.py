"""Where the log goes: to stderr, as far as the setting `log` asks for one."""

import logging
import sys

from coach.settings import Log, Settings

_FORM = "%(asctime)s %(name)s %(message)s"


def set_up_log(settings: Settings) -> None:
    """Have the calls to the model logged to stderr, a line each; nothing where `log` is off."""
    logger = logging.getLogger("coach.llm")
    for handler in [*logger.handlers]:
        logger.removeHandler(handler)
    # Not to the handlers of other libraries as well.
    logger.propagate = False
    logger.setLevel(logging.CRITICAL if settings.log is Log.OFF else logging.INFO)
    if settings.log is not Log.OFF:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(_FORM))
        logger.addHandler(handler)
