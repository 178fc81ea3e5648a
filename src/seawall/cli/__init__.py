"""The command line: one file per command, each with `register(app)`. Files, processes, progress bars and terminals live here."""
