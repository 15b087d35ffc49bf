"""What is done with meetings afterwards, at the side of the house: for now, exports.

Both forms of an export say where each score comes from, and neither lets foreign text be anything but text.

    exports.py   a meeting as JSON (complete, for machines) and as Markdown (readable, for people)
    markdown.py  foreign text put into Markdown so that it stays text
"""

from coach.review.exports import SCHEMA_VERSION, to_json, to_markdown

__all__ = ["SCHEMA_VERSION", "to_json", "to_markdown"]
