"""The hook at named points between steps, where a test may stop the program."""

from collections.abc import Callable

Reach = Callable[[str], None]
"""Called with `<phase>.<what has just happened>`."""


def unreached(_: str) -> None:
    """The hook of a running studio: passing a named point does nothing."""
