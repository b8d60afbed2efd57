"""Forms count only when they carry the token of a page that this browser got from us."""

from typing import Annotated

from fastapi import Form, HTTPException
from starlette.requests import Request

from moderation.access.session import form_token_fits


def from_our_page(request: Request, form: Annotated[str, Form()] = "") -> None:
    """A dependency of every POST; raises HTTPException 403."""
    if not form_token_fits(request.session, form):
        raise HTTPException(403, "This form is out of date; go back, load the page again, and send it once more.")
