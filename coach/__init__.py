"""An interview coach: practise the human side of selling with a simulated customer.

The folders are the architecture; arrows between them run downward only (`tests/test_architecture.py` holds them):

    web, cli -> wiring -> evals -> meeting -> turns -> coaching -> scoring, customer -> knowledge, prompts -> llm -> language
             -> settings -> domain, errors;   review -> records -> domain at the side
"""
