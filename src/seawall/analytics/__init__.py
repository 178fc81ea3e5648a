"""What a run recorded, the exact profit and loss in it, performance figures, files and the report. Knows `api`, no host, no service."""
