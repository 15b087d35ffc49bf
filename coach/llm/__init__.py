"""Language models behind one interface: LangChain over any OpenAI-compatible endpoint, and a scripted model for tests."""
