"""The command line: a verb per stage, and `run` for all."""
