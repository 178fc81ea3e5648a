"""What a user can do wrong with recorded data. Bugs are assertions."""


class RecordingError(ValueError):
    """message: what is wrong, and where. hint: what is allowed, what to do next."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message}. {hint}" if hint else message)
        self.message = message
        self.hint = hint


def first_line(error: Exception) -> str:
    """Of somebody else's error: the rest is about their internals."""
    return (str(error).splitlines() or [type(error).__name__])[0]
