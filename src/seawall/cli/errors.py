"""What a command raises when the user must change something. Bugs are assertions and keep their traceback."""


class UserError(Exception):
    """Printed without traceback; the command exits with 2.

    message  what was wrong and where
    hint     what is allowed, what to do next
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
