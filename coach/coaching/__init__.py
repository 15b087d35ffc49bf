"""What helps the trainee: a tip after each reply, a debrief at the end, answers from the cards. Everything cites."""
