"""Payouts, posted with a right form by everybody: what the books take, and that no statement of somebody else shows."""

import itertools
from datetime import UTC, datetime

import pytest

from moderation.money.ledger import check_books
from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, changes

EVERYBODY = tuple(itertools.chain(*PAIRS.values()))
PAYERS = {"nora": {"greta", "ada", "adam"}, "mei": {"greta", "ada", "adam"}}
"""Both have the agency of Greta, neither that of Dario."""


def month() -> str:
    return f"{datetime.now(UTC):%Y-%m}"


def pay(theatre: Theatre, login: str, party_id: str, **said: str) -> tuple[int, str]:
    visitor = theatre.as_one(login)
    form = visitor.client.get("/form-token").json()["form"]
    told = {"amount": "1.00", "currency": "EUR", "reference": f"T-{login}", "form": form, **said}
    answer = visitor.client.post(f"/statements/person/{party_id}/{month()}/payout", data=told, follow_redirects=False)
    return answer.status_code, answer.text


def test_a_payout_is_taken_from_her_agency_and_administrators_alone_and_once(theatre: Theatre) -> None:
    for her, login in itertools.product(PAYERS, EVERYBODY):
        before = theatre.stage.rows()
        status, _ = pay(theatre, login, her, reference=f"{her}-{login}")
        again, _ = pay(theatre, login, her, reference=f"{her}-{login}")
        wrote = changes(before, theatre.stage.rows())
        if login in PAYERS[her]:
            assert (status, again) == (303, 303)
            assert sorted(table for table, _ in wrote) == ["ledger_batch", "ledger_line", "ledger_line"]
        else:
            assert (status, again, wrote) == (404, 404, set()), (login, her)
    check_books(theatre.stage.database)


@pytest.mark.parametrize(
    "said",
    [
        *({"amount": text} for text in ("", "-1", "0", "1e3", "1.234", "=1", "999999999999", "9" * 16)),
        *({"currency": text} for text in ("", "USD", "eur", "' OR 1=1 --")),
        *({"reference": text} for text in ("", " ", "a\nb", "x" * 81)),
    ],
    ids=str,
)
def test_a_payout_of_what_is_not_owed_or_no_amount_changes_nothing(theatre: Theatre, said: dict[str, str]) -> None:
    before = theatre.stage.rows()
    status, text = pay(theatre, "ada", "nora", **said)
    assert status in (409, 422), text
    assert changes(before, theatre.stage.rows()) == set()


def test_a_statement_of_somebody_else_answers_as_one_of_nobody(theatre: Theatre) -> None:
    for login, theirs in (("mei", "nora"), ("nora", "mei"), ("dario", "nora"), ("maya", "nora"), ("rosa", "nora")):
        client = theatre.as_one(login).client
        for more in ("", "/csv"):
            one, none = (client.get(f"/statements/person/{who}/{month()}{more}") for who in (theirs, "nobody"))
            assert (one.status_code, one.text) == (none.status_code, none.text) == (404, one.text)
    greta = theatre.as_one("greta").client.get("/statements")
    assert "Nora" in greta.text
    dario = theatre.as_one("dario").client.get("/statements")
    assert "Nora" not in dario.text


def test_her_csv_is_a_download_that_is_kept_nowhere(theatre: Theatre) -> None:
    answer = theatre.as_one("nora").client.get(f"/statements/person/nora/{month()}/csv")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.text.startswith('"statement","person","nora",')
