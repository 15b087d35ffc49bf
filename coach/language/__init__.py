"""What a text holds: sentences, questions, words, lexicons, and its meaning as sentence embeddings."""
