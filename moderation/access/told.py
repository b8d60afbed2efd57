"""What a form of many fields sends, read before the route runs."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import Depends, HTTPException
from starlette.requests import Request

LONGEST_VALUE = 4000
MOST_VALUES = 400


async def _told(request: Request) -> Mapping[str, Sequence[str]]:
    """Every field with its values; raises HTTPException 422 for files and for more than a form of ours sends."""
    form = await request.form()
    found: dict[str, list[str]] = {}
    for count, (name, value) in enumerate(form.multi_items()):
        if not isinstance(value, str) or len(value) > LONGEST_VALUE or len(name) > 100 or count >= MOST_VALUES:
            raise HTTPException(422, "The form is incomplete or too long.")
        found.setdefault(name, []).append(value)
    return {name: values for name, values in found.items() if name != "form"}


Told = Annotated[Mapping[str, Sequence[str]], Depends(_told)]
