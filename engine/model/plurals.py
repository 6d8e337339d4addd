"""A number of things, in words."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """Write a number and a noun: `1 rule`, `2 rules`, `1,200 rules`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
