"""The customer: a scenario (data), a director that decides what she does, and voices that put it into words."""
