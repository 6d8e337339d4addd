"""Groups of commands whose first word may be an argument: `handrail letter C-1042`."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class FirstWordGroup(TyperGroup):
    """Takes a first word that is no command for the argument of one command."""

    default = ""  # the command

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command before its argument."""
        if args and not args[0].startswith("-") and args[0] not in self.commands:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


def first_word_of(command: str) -> type[FirstWordGroup]:
    """Return a kind of group whose first word, if it is no command, belongs to this command."""
    return type("Group", (FirstWordGroup,), {"default": command})
