"""What models cost, from a data file with a date."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field

from coach.datafile import DataModel, load_yaml

PRICES = Path(__file__).with_name("prices.yaml")
_MILLION = 1_000_000
# Behind a model's name: the date of its version.
_DATED = re.compile(r"-\d{4}-\d{2}-\d{2}$")
Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class Price(DataModel):
    """US dollars for a million tokens; `cached` for those of the prompt that the provider had cached."""

    prompt: Dollars
    cached: Dollars
    answer: Dollars


class Prices(DataModel):
    """A list of prices: from which day, from where, and by model."""

    as_of: date
    source: str
    models: Mapping[str, Price]

    def dollars(self, model: str, tokens_in: int, tokens_cached: int, tokens_out: int) -> float | None:
        """The price of a call; None where the model is not on the list. `tokens_cached` are a part of `tokens_in`."""
        price = self.models.get(model) or self.models.get(_DATED.sub("", model))
        if price is None:
            return None
        fresh = tokens_in - tokens_cached
        return (fresh * price.prompt + tokens_cached * price.cached + tokens_out * price.answer) / _MILLION


def load_prices(path: Path = PRICES) -> Prices:
    """The prices in `path`.

    Raises:
        DataFileError: it is no list of prices; names file, line and fault.
    """
    return load_yaml(path, Prices)
