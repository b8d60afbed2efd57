"""Everybody who is signed in takes the signed head home; a stranger and another site's form get nothing."""

from dataclasses import replace
from pathlib import Path

from moderation.access.server import build_site
from moderation.access.witness import witness_routes
from moderation.audit.heads import Head, Heads
from moderation.audit.witness import Witnesses
from tests.moderation.access.little_site import LittleSite, serving
from tests.moderation.access.visitor import Visitor


def test_the_head_is_downloaded_by_a_form_of_ours_and_shown_on_the_page(tmp_path: Path) -> None:
    little = LittleSite(tmp_path, demo=True)
    witnesses = Witnesses(little.database, Heads(little.home / "keys"))
    parts = replace(little.parts(), routers=(witness_routes(witnesses),))
    with serving(build_site(little.rules, parts, [])) as address:
        stranger = Visitor(address)
        assert stranger.client.get("/witness").status_code == 401
        assert stranger.client.post("/witness").status_code == 401
        nora = Visitor(address)
        nora.enter("nora")
        assert "signed last" not in nora.client.get("/witness").text
        before = little.database.rows("SELECT count(*) AS n FROM audit")
        assert nora.client.post("/witness").status_code == 403
        assert little.database.rows("SELECT count(*) AS n FROM audit") == before
        form = nora.client.get("/form-token").json()["form"]
        answer = nora.client.post("/witness", data={"form": form})
        head = Head.read(answer.text)
        assert answer.headers["content-disposition"] == f'attachment; filename="audit-head-{head.seq}.json"'
        assert answer.headers["cache-control"] == "private, no-store"
        assert witnesses.latest() == head
        assert head.line() in nora.client.get("/witness").text
    actor = little.database.rows("SELECT actor, event FROM audit ORDER BY seq DESC LIMIT 1")
    assert actor == [{"actor": little.people["nora"].id, "event": "head.witnessed"}]
