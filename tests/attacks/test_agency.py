"""What an agency and an administrator may write, tried by everybody else, for other people's people, and beyond what they may."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pytest

from moderation.access.account import Role
from moderation.access.accounts import NewAccount
from moderation.keys.her_word import Signed
from tests.attacks.intruder import Theatre
from tests.attacks.stage import PAIRS, Stage, changes
from tests.moderation.access.little_site import PASSWORD
from tests.moderation.her_hand import fingerprint, key_of, sent, sign

EVERYBODY = tuple(login for pair in PAIRS.values() for login in pair)
OTHERS = tuple(login for login in EVERYBODY if login != "greta")
LICENCE = {
    **{
        "brand": "osterby",
        "campaign": "Shirts",
        "advertiser": "Osterby",
        "line": "shirts",
        "territory": "EU",
        "media": "web shop",
    },
    **{"uses": "Product pages of the web shop", "images": "3", "payment_days": "30", "notice_hours": "48"},
    **{"agreed": "150", "revocation_hours": "0", "fee_model": "image", "share": "5", "write": "yes"},
}


def post(theatre: Theatre, login: str, path: str, fields: Mapping[str, Any] | None = None) -> Any:
    visitor = theatre.as_one(login)
    return visitor.client.post(path, data={"form": visitor.token("/"), **(fields or {})}, headers={"accept": "text/html"})


def form_of(theatre: Theatre, path: str) -> dict[str, list[str]]:
    """What a form of the agency's says before anybody writes."""
    page = theatre.as_one("greta").client.get(path, headers={"accept": "text/html"}).text
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", page.replace("\n", " ")):
        said = dict(re.findall(r'(name|value|type)="([^"]*)"', tag))
        if said.get("type") == "hidden" or (said.get("type") == "checkbox" and " checked" not in tag):
            continue
        found.setdefault(said["name"], []).append(unescape(said.get("value", "")))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', page):
        found[name] = [unescape(text)]
    found |= {"pay_basis": ["image"]} if "pay" in found else {}
    return found


def terms_of(stage: Stage) -> dict[str, str]:
    begins = stage.clock().date().toordinal() + 5
    days = [type(stage.clock().date()).fromordinal(one).isoformat() for one in (begins, begins + 60)]
    return {**LICENCE, "starts": days[0], "ends": days[1]}


def count(stage: Stage, table: str) -> int:
    return int(stage.database.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"])


def test_nobody_but_her_agency_writes_for_her(theatre: Theatre) -> None:
    stage = theatre.stage
    draft, card = form_of(theatre, "/agency/person/nora/consent/painting"), form_of(theatre, "/agency/rates/next")
    waiting = stage.database.rows("SELECT id FROM consent_draft WHERE person_id = 'nora' AND ended_at IS NULL")
    image = stage.cast["maya", "nora", "her turn"]
    paths: dict[str, Mapping[str, Any]] = {
        "/agency/person/nora/consent/painting": {**draft, "send": "yes"},
        **{f"/agency/person/nora/draft/{row['id']}/withdraw": {} for row in waiting},
        "/agency/licence/nora-1": terms_of(stage),
        f"/image/{image}/refuse-for-her": {"reason": "quality", "version": "0"},
    }
    before, shares = stage.rows(), count(stage, "creative_share")
    for login in OTHERS:
        for path, fields in paths.items():
            assert post(theatre, login, path, fields).status_code == 404, (login, path)
        if login != "dario":
            assert post(theatre, login, "/agency/rates/next", card).status_code == 404, login
    assert changes(before, stage.rows()) == set()
    assert count(stage, "creative_share") == shares


def test_an_agency_finds_nobody_elses_people_and_learns_nothing_of_them(theatre: Theatre) -> None:
    stage = theatre.stage
    draft = form_of(theatre, "/agency/person/nora/consent/painting")
    before = stage.rows()
    greta = theatre.as_one("greta").client
    for person in ("kofi", "viktor", "nosuch"):
        for path in (f"/agency/person/{person}", f"/agency/person/{person}/consent/painting", f"/agency/licence/{person}-1"):
            assert greta.get(path).status_code == 404, path
        assert post(theatre, "greta", f"/agency/person/{person}/consent/painting", {**draft, "send": "yes"}).status_code == 404
        assert post(theatre, "greta", f"/agency/licence/{person}-1", terms_of(stage)).status_code == 404
    assert greta.get("/agency/person/nora/consent/anything").status_code == 404
    assert changes(before, stage.rows()) == set()
    assert "Kofi" not in greta.get("/agency").text


def test_what_she_writes_becomes_a_draft_a_licence_and_a_card(theatre: Theatre) -> None:
    stage = theatre.stage
    draft = form_of(theatre, "/agency/person/nora/consent/painting")
    shown = post(theatre, "greta", "/agency/person/nora/consent/painting", draft)
    assert (shown.status_code, "This is what she will read" in shown.text) == (200, True)
    wrong = post(theatre, "greta", "/agency/person/nora/consent/painting", {**draft, "scope": "Anything", "send": "yes"})
    assert (wrong.status_code, "describe it in at least 6 words" in wrong.text) == (400, True)
    assert post(theatre, "greta", "/agency/person/nora/consent/painting", {**draft, "send": "yes"}).status_code == 303
    new = stage.database.rows("SELECT * FROM consent_draft WHERE person_id = 'nora' AND ended_at IS NULL AND kind = 'painting'")
    assert [row["agency_id"] for row in new] == ["lantern"]
    taken = post(theatre, "greta", f"/agency/person/nora/draft/{new[0]['id']}/withdraw")
    assert taken.status_code == 303

    priced = post(theatre, "greta", "/agency/licence/nora-1", {**terms_of(stage), "write": []})
    assert (priced.status_code, "She gets" in priced.text) == (200, True)
    assert post(theatre, "greta", "/agency/licence/nora-1", terms_of(stage)).status_code == 303
    row = stage.database.rows("SELECT * FROM licence ORDER BY created_at DESC, rowid DESC LIMIT 1")[0]
    assert (row["twin_id"], row["fee_minor"], row["max_images"]) == ("nora", 15_000, 3)
    assert stage.database.rows("SELECT share_bp FROM creative_share WHERE licence_id = ?", [row["id"]]) == [{"share_bp": 500}]

    card = form_of(theatre, "/agency/rates/next")
    assert post(theatre, "greta", "/agency/rates/next", {**card, "exclusive": "x"}).status_code == 400
    assert post(theatre, "greta", "/agency/rates/next", card).status_code == 303
    cards = stage.database.rows("SELECT version, account_id FROM rate_card WHERE agency_id = 'lantern' ORDER BY version DESC")
    assert (cards[0]["version"], cards[0]["account_id"]) == (cards[1]["version"] + 1, "greta")


def test_a_comment_is_read_by_those_it_is_meant_for(theatre: Theatre) -> None:
    stage, image = theatre.stage, theatre.stage.cast["maya", "nora", "approved"]
    for login in ("maya", "theo", "mei", "dario", "ada"):
        answer = post(theatre, login, f"/image/{image}/comment", {"text": "Let me in."})
        assert answer.status_code == (403 if login == "maya" else 404), login
    assert post(theatre, "greta", f"/image/{image}/comment", {"text": "Her <b>hair</b> is too red."}).status_code == 303
    assert (
        post(theatre, "greta", f"/image/{image}/comment", {"text": "Please a calmer light.", "to_brand": "yes"}).status_code
        == 303
    )
    assert post(theatre, "greta", f"/image/{image}/comment", {"text": " "}).status_code == 400
    seen = {login: theatre.as_one(login).client.get(f"/image/{image}").text for login in ("nora", "rosa", "greta", "maya")}
    assert all("calmer light" in page for page in seen.values())
    assert {login for login, page in seen.items() if "too red" in page} == {"nora", "rosa", "greta"}
    assert "&lt;b&gt;hair" in seen["nora"]
    assert count(stage, "comment") >= 2


def permission(stage: Stage, *, allowed: bool) -> dict[str, str]:
    """Nora's true signature under the permission, as her page sends it."""
    nora = stage.account("nora")
    statement = stage.house.behalf.statement(nora, fingerprint(key_of(nora)), allowed=allowed)
    return {"allowed": "yes" if allowed else "no", "word": sent(Signed(statement, sign(key_of(nora), statement)))}


def test_her_agency_says_no_for_her_only_while_she_signed_that_it_may(theatre: Theatre) -> None:
    stage = theatre.stage
    image = stage.bring("her turn", "maya", "nora")
    version = str(stage.database.rows("SELECT version FROM render WHERE id = ?", [image])[0]["version"])
    no = {"reason": "quality", "version": version}
    assert post(theatre, "greta", f"/image/{image}/refuse-for-her", no).status_code == 403
    word = permission(stage, allowed=True)
    for login in EVERYBODY:
        if login != "nora":
            status = post(theatre, login, "/my-agency", word).status_code
            assert status == (409 if login == "mei" else 404), login
            assert post(theatre, login, "/statement/my-agency", {"allowed": "yes"}).status_code == (
                200 if login == "mei" else 404
            )
    for forged in ({**word, "word": ""}, {**word, "word": word["word"][:-12] + 'AAAAAAAAA="}'}, {**word, "allowed": "no"}):
        assert post(theatre, "nora", "/my-agency", forged).status_code == 409
    assert count(stage, "refusal_allowed") == 0
    assert post(theatre, "nora", "/my-agency", word).status_code == 303
    for login in OTHERS:
        assert post(theatre, login, f"/image/{image}/refuse-for-her", no).status_code == 404, login
    assert post(theatre, "greta", f"/image/{image}/refuse-for-her", {**no, "reason": ""}).status_code == 400
    assert post(theatre, "greta", f"/image/{image}/refuse-for-her", {**no, "version": "99"}).status_code == 409
    assert stage.state(image) == "her turn"
    assert post(theatre, "greta", f"/image/{image}/refuse-for-her", no).status_code == 303
    assert stage.state(image) == "refused"
    assert "for her, as she allows" in theatre.as_one("nora").client.get(f"/image/{image}").text
    with stage.clock.later(minutes=1):
        assert post(theatre, "nora", "/my-agency", permission(stage, allowed=False)).status_code == 303
    assert count(stage, "refusal_allowed") == 0


def test_nobody_but_an_administrator_looks_after_accounts(theatre: Theatre) -> None:
    stage = theatre.stage
    stage.house.accounts.create(NewAccount("temp", "Temp", Role.MODERATOR), PASSWORD, "test", account_id="temp")
    before = stage.rows()
    for login in EVERYBODY:
        if login not in PAIRS[Role.ADMINISTRATOR]:
            for path, fields in (
                ("/admin/account/disable", {"login": "temp"}),
                ("/admin/account/invite", {"login": "nora"}),
                ("/admin/verify", {}),
            ):
                assert post(theatre, login, path, fields).status_code == 404, (login, path)
    assert post(theatre, "ada", "/admin/account/disable", {"login": "ADA"}).status_code == 400
    assert post(theatre, "ada", "/admin/account/invite", {"login": "nora"}).status_code == 400  # in a demo nobody has a password
    assert post(theatre, "ada", "/admin/account/disable", {"login": "nosuch"}).status_code == 404
    assert changes(before, stage.rows()) == set()
    assert post(theatre, "ada", "/admin/account/disable", {"login": "temp"}).status_code == 303
    assert post(theatre, "ada", "/admin/account/disable", {"login": "temp"}).status_code == 400


def test_the_administrators_page_shows_no_picture_and_verifies_the_chain(theatre: Theatre) -> None:
    page = post(theatre, "ada", "/admin/verify").text
    assert "audit rows, each behind the one before" in page
    assert "<img" not in page
    assert "/media/" not in page
    for state in ("approved", "released", "her turn"):
        image = theatre.stage.cast["maya", "nora", state]
        for path in (f"/media/preview/{image}", f"/image/{image}"):
            assert theatre.as_one("ada").client.get(path).status_code == 404, path


def test_a_password_is_changed_by_its_owner_alone_and_ends_every_other_session(theatre: Theatre) -> None:
    stage = theatre.stage
    stage.house.accounts.create(NewAccount("eve", "Eve", Role.MODERATOR), PASSWORD, "test", account_id="eve")
    fresh = "another long sentence"
    here, elsewhere = (type(theatre.as_one(None))(theatre.address) for _ in range(2))
    assert [browser.sign_in("eve").status_code for browser in (here, elsewhere)] == [303, 303]

    def change(present: str, password: str, again: str) -> int:
        form = {"form": here.token("/password"), "present": present, "password": password, "again": again}
        return int(here.client.post("/password", data=form).status_code)

    assert change("wrong password here", fresh, fresh) == 400
    assert change(PASSWORD, fresh, "something else") == 400
    assert change(PASSWORD, "short", "short") == 400
    assert change(PASSWORD, PASSWORD, PASSWORD) == 400
    assert elsewhere.client.get("/password").status_code == 200
    assert change(PASSWORD, fresh, fresh) == 303
    assert here.client.get("/password").status_code == 200
    assert elsewhere.client.get("/password").status_code == 401
    assert {change("guess", PASSWORD, PASSWORD) for _ in range(12)} == {400, 429}


@pytest.mark.parametrize("login", ["maya", "nora", "greta"])
def test_in_a_demo_there_is_no_password_to_change(theatre: Theatre, login: str) -> None:
    before = theatre.stage.rows()
    assert "nothing to guard" in theatre.as_one(login).client.get("/password").text
    fields = {"present": "", "password": "another long sentence", "again": "another long sentence"}
    assert post(theatre, login, "/password", fields).status_code == 400
    assert changes(before, theatre.stage.rows()) == set()
