"""Market data: recorded files and frames (`recorded/`, a shell) and the processes that make markets up (`core/`)."""
