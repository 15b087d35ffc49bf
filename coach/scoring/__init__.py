"""From a reply to observed behaviours (detector, judge), and from those to scores (rubric, meeting score)."""
