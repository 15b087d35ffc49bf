"""The page: a thin shell of Gradio over the rooms below, on a FastAPI host."""
