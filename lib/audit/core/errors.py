"""What can a user mend? One family of errors: a message of the catalogue with what was expected, what came, where, and what to do.

Everything else keeps its traceback: it is our fault, not the user's.
"""

from __future__ import annotations

from audit.i18n import translate


class AuditError(Exception):
    """An error in the reader's language: a message of the catalogue and what fills it."""

    def __init__(self, message: str, /, **params):
        super().__init__(message)
        self.message, self.params = message, params

    def __str__(self) -> str:
        return translate(self.message).format(**self.params)

    def __reduce__(self):
        return _remade, (type(self), self.message, self.params)


def _remade(kind: type[AuditError], message: str, params: dict) -> AuditError:
    return kind(message, **params)
