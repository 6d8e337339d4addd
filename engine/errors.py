"""Errors, sorted by what the caller does next; the docstring is the default message."""


class HandrailError(Exception):
    """Something went wrong."""

    exit_code = 3

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").splitlines()[0])


class UserError(HandrailError):
    """A mistake of the user; the message says how to fix it, and prints without a traceback."""

    exit_code = 2


class MistakesError(UserError):
    """A file that people write holds mistakes, listed here in the order of their places."""

    def __init__(self, mistakes: "list[Mistake]") -> None:
        self.mistakes = sorted(mistakes)
        super().__init__("\n".join(str(m) for m in self.mistakes))


class StoreUnavailableError(UserError):
    """The database cannot be reached or written."""


class OtherTablesError(StoreUnavailableError):
    """The database has the tables of another version of Handrail."""


class SourcesError(UserError):
    """Sources cannot be read; the others were."""


class Mistake(tuple[str, int, int, str]):
    """One mistake: (file, line, column, sentence), lines and columns from 1."""

    __slots__ = ()

    def __new__(cls, file: str, line: int, column: int, text: str) -> "Mistake":
        """Make one; tuples sort by place, the order in which people fix mistakes."""
        return super().__new__(cls, (file, line, column, text))

    def __str__(self) -> str:
        file, line, column, text = self
        return f"{file}:{line}:{column}: {text}" if line else f"{file}: {text}"
