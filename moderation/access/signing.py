"""What her browser asks for when it makes a key and signs with it: statements to sign, registration, her password once more."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from moderation.access.account import Account, Role
from moderation.access.confirmation import Confirmations
from moderation.access.forms import from_our_page
from moderation.access.media import NEVER_KEPT, SignedIn
from moderation.desk.signoff import Reason
from moderation.errors import NotFound, SignatureRefused
from moderation.keys.her_keys import HerKeys, NewKey

OWN_FORM = [Depends(from_our_page)]
Short = Annotated[str, Form(max_length=400)]
Long = Annotated[str, Form(max_length=4000)]


class Signs(Protocol):
    """The sign-off, as far as it says what is to be signed."""

    def statement(
        self,
        account: Account,
        render_id: str,
        choice: str,
        key: str,
        *,
        reason_code: str | None = None,
        note: str = "",
        renditions: Sequence[str] = (),
    ) -> bytes:
        """What her key signs."""
        ...


class TakesBack(Protocol):
    """Taking back, as far as it says what is to be signed."""

    def statement(self, account: Account, scope: str, subject_id: str, key: str, *, reason: str = "") -> bytes:
        """What her key signs."""
        ...


@dataclass(frozen=True)
class Signing:
    """What stands behind the routes; `proof` gives the signed approval of an image as JSON.

    `note` puts on record what an account tried that only she may do.
    """

    keys: HerKeys
    confirmations: Confirmations
    note: Callable[[Account, str], object]
    signs: Signs
    rights: TakesBack
    proof: Callable[[Account, str], bytes]


def signing_routes(signing: Signing) -> APIRouter:
    """Her key, the statements it signs, and the proof of an approval."""
    router = APIRouter()
    _key_routes(router, signing)
    _statement_routes(router, signing)

    @router.get("/approval/{render_id}")
    def proof(account: SignedIn, render_id: str) -> Response:
        headers = {**NEVER_KEPT, "content-disposition": f'attachment; filename="approval-{render_id[-26:]}.json"'}
        return Response(signing.proof(account, render_id), media_type="application/json", headers=headers)

    return router


def _key_routes(router: APIRouter, signing: Signing) -> None:
    @router.get("/my-key")
    def standing(account: SignedIn) -> Response:
        return JSONResponse(_standing(signing, _her(account, signing)))

    @router.post("/my-key/statement", dependencies=OWN_FORM)
    def draft(account: SignedIn, public_key: Short = "") -> Response:
        return _statement(signing.keys.draft(_her(account, signing, "make her key"), _bytes(public_key)))

    @router.post("/my-key", dependencies=OWN_FORM)
    def register(
        account: SignedIn,
        public_key: Short = "",
        statement: Long = "",
        signature: Short = "",
        endorsement: Short = "",
        proof: Short = "",
    ) -> Response:
        signed = NewKey(_bytes(public_key), statement.encode(), _bytes(signature), _bytes(endorsement) if endorsement else None)
        signing.keys.register(_her(account, signing, "make her key"), signed, proof)
        return JSONResponse(_standing(signing, account))

    @router.post("/confirm", dependencies=OWN_FORM)
    def confirm(request: Request, account: SignedIn, password: Short = "") -> Response:
        address = request.client.host if request.client else "unknown"
        her = _her(account, signing, "give her password")
        return JSONResponse({"proof": signing.confirmations.confirm(her, password, address)})


def _statement_routes(router: APIRouter, signing: Signing) -> None:
    @router.post("/statement/image/{render_id}", dependencies=OWN_FORM)
    def image(
        account: SignedIn,
        render_id: str,
        choice: Short = "",
        key: Short = "",
        reason: Short = "",
        note: Long = "",
        renditions: Short = "[]",
    ) -> Response:
        code = reason if reason in list(Reason) else None
        allowed = _list(renditions)
        her = _her(account, signing, "sign")
        made = signing.signs.statement(her, render_id, choice, key, reason_code=code, note=note, renditions=allowed)
        return _statement(made)

    @router.post("/statement/taking-back/{scope}/{subject_id}", dependencies=OWN_FORM)
    def taking_back(account: SignedIn, scope: str, subject_id: str, key: Short = "", reason: Long = "") -> Response:
        return _statement(
            signing.rights.statement(_her(account, signing, "sign a taking back"), scope, subject_id, key, reason=reason)
        )


def _standing(signing: Signing, account: Account) -> dict[str, Any]:
    person_id = str(account.person_id)
    present = signing.keys.current(person_id)
    return {
        "person": person_id,
        "login": account.login,
        "fingerprint": present.fingerprint if present else None,
        "waiting": signing.keys.waiting(person_id),
        "open": signing.keys.needs_no_password(account),
    }


def _her(account: Account, signing: Signing, act: str = "") -> Account:
    if account.role is not Role.MODEL:
        if act:
            signing.note(account, act)
        raise NotFound("There is nothing here.")
    return account


def _statement(statement: bytes) -> Response:
    return JSONResponse({"statement": statement.decode()})


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise SignatureRefused("What the page sent is no key and no signature: load it again.") from error


def _list(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise SignatureRefused("There are no such renditions to allow.")
    return found
