"""What is done with meetings afterwards, at the side of the house: exports, and conversations that coach did not run.

Both forms of an export say where each score comes from, and neither lets foreign text be anything but text.

    exports.py      a meeting as JSON (complete, for machines) and as Markdown (readable, for people)
    markdown.py     foreign text put into Markdown so that it stays text
    transcripts.py  foreign conversations, from words with their speaker to turns
    formats.py      JSON Lines and tables, read into words with their speaker
    plain.py        plain text with names before a colon, likewise
    speakers.py     who is the trainee, who the customer; what could not be read
"""

from coach.review.exports import SCHEMA_VERSION, to_json, to_markdown

__all__ = ["SCHEMA_VERSION", "to_json", "to_markdown"]
