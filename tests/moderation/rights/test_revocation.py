"""Taking back with a licence's notice, expiry across a time when nothing ran, recalls and their answers, and receipts."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from moderation.audit.chain import canonical, verify
from moderation.desk.moves import move
from moderation.errors import AlreadyDecided, BadRequest, IllegalMove, ModerationError, NotFound, NotYours, RightsLapsed
from moderation.rights.ending import Ended, Endings, Settling
from moderation.rights.recall import Recalls, Standing
from moderation.rights.receipt import Receipts, Seal
from tests.moderation.scene import ADMIN, AGENT, AMARA, MAYA, MODO, NOON, NORA, OTTO, RIVAL, Scene, insert

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def allow(scene: Scene, licence_id: str, hours: int, **changes: Any) -> str:
    """A licence like halden-nora, whose released images may be used for some hours after it was taken back."""
    like = scene.database.rows("SELECT * FROM licence WHERE id = 'halden-nora'")[0]
    with scene.database.write("test") as tx:
        insert(tx, "licence", {**like, "id": licence_id, "revocation_notice_hours": hours, **changes})
    return licence_id


def sweep(scene: Scene) -> Ended:
    return Endings(scene.database).sweep()


def may_download(scene: Scene, render_id: str) -> bool:
    try:
        scene.releases.open_download(MAYA, scene.releases.grant(MAYA, render_id))
    except (RightsLapsed, IllegalMove):
        return False
    return True


def at(scene: Scene) -> str:
    return scene.clock().isoformat(timespec="microseconds")


def test_with_notice_painting_stops_at_once_and_released_use_to_the_microsecond_later(scene: Scene) -> None:
    allow(scene, "slow", 48)
    scene.approved("approved", licence="slow")
    scene.judged("waiting", licence="slow")
    scene.released("released", licence="slow")
    scene.order("queued", licence="slow")
    foreseen = scene.rights.foresee(NORA, "licence", "slow")
    assert (foreseen.waiting, foreseen.in_work, foreseen.files) == (3, 1, 1)
    (ending,) = foreseen.licences
    assert (ending.notice_hours, ending.waiting, ending.files) == (48, 3, 1)
    assert ending.stops_at == (NOON + timedelta(hours=48)).isoformat(timespec="microseconds")

    taken = scene.rights.revoke(NORA, "licence", "slow", "Enough.")

    assert set(taken.withdrawn) == {"approved", "waiting", "queued"}
    assert (taken.recalled, taken.noticed) == ((), ("released",))
    assert taken.effective_at == ending.stops_at
    assert scene.state("released") == "released"
    scene.order("late", licence="slow")
    with pytest.raises(RightsLapsed, match="taken back"), scene.database.write("test") as tx:
        move(tx, "late", "painting", "worker")
    scene.clock.at = NOON + timedelta(hours=48) - MOMENT
    assert may_download(scene, "released")
    assert sweep(scene) == Ended()
    token = scene.releases.grant(MAYA, "released")
    scene.clock.at += MOMENT
    with pytest.raises(RightsLapsed):  # though nothing has swept yet
        scene.releases.open_download(MAYA, token)
    assert not may_download(scene, "released")
    assert sweep(scene).recalled == ["released"]
    assert scene.state("released") == "recalled"
    assert sweep(scene) == Ended()
    verify(scene.database.rows("SELECT * FROM audit ORDER BY seq"))


def test_each_licence_under_a_consent_keeps_its_own_notice(scene: Scene) -> None:
    for name, hours in (("slow", 72), ("slower", 240)):
        allow(scene, name, hours)
        scene.released(f"{name}-image", licence=name)
    scene.released("at-once", licence="halden-nora")
    taken = scene.rights.revoke(NORA, "consent", "nora-1", "")
    assert taken.recalled == ("at-once",)
    assert set(taken.noticed) == {"at-once", "slow-image", "slower-image"}
    assert taken.effective_at == (NOON + timedelta(hours=240)).isoformat(timespec="microseconds")
    assert scene.database.rows("SELECT epoch FROM twin WHERE id = 'nora'") == [{"epoch": 0}]
    scene.clock.at = NOON + timedelta(hours=72)
    assert not may_download(scene, "slow-image")
    assert may_download(scene, "slower-image")
    assert sweep(scene).recalled == ["slow-image"]
    assert may_download(scene, "slower-image")
    scene.clock.at = NOON + timedelta(hours=240)
    assert not may_download(scene, "slower-image")
    assert sweep(scene).recalled == ["slower-image"]
    assert scene.database.rows("SELECT epoch FROM twin WHERE id = 'nora'") == [{"epoch": 1}]


def test_a_licence_taken_back_before_its_consent_ends_when_it_would_have(scene: Scene) -> None:
    allow(scene, "slow", 48)
    allow(scene, "slower", 96)
    scene.released("image", licence="slow")
    first = scene.rights.revoke(NORA, "licence", "slow", "")
    scene.clock.forward(hours=24)
    scene.rights.revoke(NORA, "consent", "nora-1", "")
    window = scene.database.rows("SELECT effective_at FROM licence_window WHERE licence_id = 'slow'")
    assert window == [{"effective_at": first.effective_at}]
    scene.clock.at = NOON + timedelta(hours=48)
    assert not may_download(scene, "image")


def test_everything_is_taken_back_at_once_with_all_that_she_allowed(scene: Scene) -> None:
    with scene.database.write("test") as tx:
        tx.execute(
            "INSERT INTO biometric_consent (id, person_id, version, purpose, starts_at, ends_at, signed_at)"
            " SELECT 'amara-face', 'amara', 1, 'Measuring her face.', starts_at, ends_at, signed_at FROM consent"
            " WHERE id = 'amara-1'"
        )
    for licence in ("halden-amara", "halden-amara-2"):
        scene.judged(f"{licence}-waiting", licence=licence)
    foreseen = scene.rights.foresee(AMARA, "twin", "amara")
    assert (foreseen.consents, len(foreseen.licences), foreseen.waiting) == ((1, 2), 2, 2)
    taken = scene.rights.revoke(AMARA, "twin", "amara", "", signature_id="a signature")
    assert len(taken.withdrawn) == 2
    rows = scene.database.rows("SELECT scope, subject_id FROM revocation ORDER BY scope, subject_id")
    assert [tuple(row.values()) for row in rows] == [("biometric", "amara-face"), ("consent", "amara-1"), ("consent", "amara-2")]
    acts = scene.database.rows("SELECT scope, signature_id FROM taking_back")
    assert [tuple(act.values()) for act in acts] == [("twin", "a signature")]
    for scope, subject in (("twin", "amara"), ("consent", "amara-2"), ("licence", "halden-amara")):
        with pytest.raises(AlreadyDecided):
            scene.rights.revoke(AMARA, scope, subject, "")
    with pytest.raises(NotFound):
        scene.rights.revoke(NORA, "twin", "amara", "")


def test_one_released_image_may_be_used_as_long_as_its_licence_says(scene: Scene) -> None:
    allow(scene, "slow", 48)
    scene.released("image", licence="slow")
    scene.released("other", licence="slow")
    foreseen = scene.rights.foresee(NORA, "image", "image")
    assert (foreseen.files, foreseen.waiting, foreseen.consents) == (1, 0, ())
    assert foreseen.licences[0].files == 1
    scene.rights.withdraw_image(NORA, "image")
    assert scene.state("image") == "released"
    with pytest.raises(AlreadyDecided):
        scene.rights.withdraw_image(NORA, "image")
    scene.clock.at = NOON + timedelta(hours=48) - MOMENT
    assert may_download(scene, "image")
    scene.clock.at += MOMENT
    assert not may_download(scene, "image")
    assert sweep(scene).recalled == ["image"]
    assert may_download(scene, "other")


def test_expiry_holds_to_the_microsecond_and_marks_everything_after_a_time_when_nothing_ran(scene: Scene, tmp_path: Path) -> None:
    scene.judged("waiting", licence="halden-short")
    scene.approved("approved", licence="halden-short")
    scene.released("released", licence="halden-short")
    scene.order("queued", licence="halden-short")
    sealed = scene.judged("kept", licence="halden-nora")
    scene.clock.at = NOON + timedelta(minutes=30) - MOMENT
    assert sweep(scene) == Ended()
    assert may_download(scene, "released")
    scene.clock.at += MOMENT
    assert not may_download(scene, "released")
    with pytest.raises(RightsLapsed):
        scene.releases.release(MAYA, "approved")
    scene.database.close()

    later = Scene(tmp_path, fresh=False)  # the program was off for a month
    later.clock.at = NOON + timedelta(days=30)
    ended = sweep(later)
    assert (set(ended.withdrawn), ended.recalled) == ({"waiting", "approved", "queued"}, ["released"])
    assert sweep(later) == Ended()
    facts = later.database.rows("SELECT step, cause, due_at, done_at FROM rights_end ORDER BY step")
    due, done = (NOON + timedelta(minutes=30)).isoformat(timespec="microseconds"), at(later)
    assert [tuple(row.values()) for row in facts] == [(step, "expiry", due, done) for step in ("painting", "use")]
    (notice,) = Recalls(later.database).of_brand(MAYA)
    assert (notice.cause, notice.taking_back_id, notice.use_ends_at) == ("expiry", None, due)
    assert notice.delete_by == (later.clock() + timedelta(days=7)).isoformat(timespec="microseconds")
    later.signoff.approve(NORA, "kept", sealed.sealed_sha256)
    verify(later.database.rows("SELECT * FROM audit ORDER BY seq"))


def recalled(scene: Scene, *images: str) -> list[str]:
    """Released images that she took back; the ids of their recalls."""
    for image in images:
        scene.released(image)
    scene.rights.revoke(NORA, "licence", "halden-nora", "")
    return [one.recall_id for one in Recalls(scene.database).of_brand(MAYA)]


def test_a_brand_acknowledges_and_attests_and_she_sees_who_did(scene: Scene) -> None:
    recalls = Recalls(scene.database)
    first, second = recalled(scene, "one", "two")
    assert [one.standing(at(scene)) for one in recalls.of_her(NORA)] == [Standing.TOLD] * 2
    assert (recalls.open_of(MAYA), recalls.open_of(RIVAL), recalls.open_of(NORA)) == (2, 0, 0)
    assert recalls.acknowledge(MAYA, [first, second]) == 2
    scene.clock.forward(days=1)
    assert recalls.attest(OTTO, [second], " Otto Lind ") == 1
    seen = {one.recall_id: one for one in recalls.of_her(NORA)}
    assert (seen[first].acknowledged_by, seen[first].deleted_by) == ("Maya Okafor", None)
    assert (seen[second].deleted_by, seen[second].deleted_at) == ("Otto Lind", at(scene))
    assert [seen[one].standing(at(scene)) for one in (first, second)] == [Standing.KNOWN, Standing.DELETED]
    assert [one.recall_id for one in recalls.of_brand(MAYA)] == [first, second]
    assert recalls.of_her(AMARA) == recalls.of_brand(RIVAL) == ()


def test_an_answer_is_the_brands_own_whole_and_given_once(scene: Scene) -> None:
    recalls = Recalls(scene.database)
    first, second = recalled(scene, "one", "two")
    for account in (NORA, MODO, AGENT, ADMIN):
        with pytest.raises(NotYours):
            recalls.acknowledge(account, [first])
    for chosen in ([first, "nothing"], [first, "halden-nora"]):
        with pytest.raises(NotFound):
            recalls.acknowledge(MAYA, chosen)
    with pytest.raises(NotFound):
        recalls.attest(RIVAL, [first], "Rhea Val")
    bad: Sequence[tuple[list[str], str]] = (([], "Maya"), ([first, first], "Maya"), ([first], "M"), ([first], "Ma\nya"))
    for chosen, name in bad:
        with pytest.raises(BadRequest):
            recalls.attest(MAYA, chosen, name)
    with scene.database.write("test") as tx:
        tx.execute("UPDATE account SET disabled_at = created_at WHERE id = 'otto'")
    with pytest.raises(ModerationError):
        recalls.acknowledge(OTTO, [first])
    assert scene.count("recall_answer") == 0
    recalls.acknowledge(MAYA, [first])
    with pytest.raises(AlreadyDecided):
        recalls.acknowledge(MAYA, [first])
    assert recalls.attest(MAYA, [second], "Maya Okafor") == 1
    with pytest.raises(AlreadyDecided):
        recalls.acknowledge(MAYA, [second, first])
    assert recalls.attest(MAYA, [second, first], "Maya Okafor") == 1
    assert scene.count("recall_answer") == 3


def test_nobody_attests_deletion_of_what_may_still_be_used(scene: Scene) -> None:
    allow(scene, "slow", 48)
    scene.released("image", licence="slow")
    scene.rights.revoke(NORA, "licence", "slow", "")
    recalls = Recalls(scene.database)
    (notice,) = recalls.of_brand(MAYA)
    recalls.acknowledge(MAYA, [notice.recall_id])
    with pytest.raises(IllegalMove, match="2026-05-05 12:00"):
        recalls.attest(MAYA, [notice.recall_id], "Maya Okafor")
    scene.clock.forward(hours=48)
    recalls.attest(MAYA, [notice.recall_id], "Maya Okafor")


def test_what_is_overdue_is_reminded_once_and_says_so(scene: Scene) -> None:
    recalls = Recalls(scene.database)
    known, silent = recalled(scene, "known", "silent")
    recalls.acknowledge(MAYA, [known])
    scene.clock.forward(days=2)
    assert {one.recall_id: one.standing(at(scene)) for one in recalls.of_brand(MAYA)} == {
        known: Standing.KNOWN,
        silent: Standing.OVERDUE,
    }
    for _ in range(2):
        sweep(scene)
        assert scene.count("recall_reminder") == scene.count("audit", event="recall.overdue") == 1
    scene.clock.forward(days=5)
    sweep(scene)
    kinds = scene.database.rows("SELECT recall_id, kind FROM recall_reminder ORDER BY kind, recall_id")
    assert [(row["recall_id"], row["kind"]) for row in kinds] == [
        (silent, "acknowledged"),
        (known, "deleted"),
        (silent, "deleted"),
    ]


@pytest.mark.parametrize("table", ["taking_back", "taking_back_part", "rights_end", "ended_image", "recall", "revocation"])
def test_what_happened_is_never_rewritten(scene: Scene, table: str) -> None:
    recalled(scene, "image")
    for statement in (f"UPDATE {table} SET rowid = rowid + 1", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="never changed"), scene.database.write("operator") as tx:
            tx.execute(statement)


def seal_of(signed: list[bytes]) -> Any:
    def sign(statement: bytes) -> bytes:
        signed.append(statement)
        return b"s" * 64

    return lambda _: Seal("audit-head 7 of a test", "f" * 64, sign)


def test_a_receipt_is_issued_anew_whenever_something_about_it_changed(scene: Scene) -> None:
    allow(scene, "slow", 48)
    for image in ("released", "second"):
        scene.released(image, licence="slow")
    sealed = scene.approved("approved", licence="slow")
    taken = scene.rights.revoke(NORA, "licence", "slow", "")
    signed: list[bytes] = []
    receipts = Receipts(scene.database, seal_of(signed))
    with pytest.raises(NotFound):
        receipts.receipt(NORA, taken.revocation_id)
    assert (receipts.issue(), receipts.issue()) == (1, 0)
    first = receipts.receipt(NORA, taken.revocation_id)
    assert signed == [first.statement]
    assert canonical(first.said) == first.statement
    assert first.said["head"] == "audit-head 7 of a test"
    images = {image["render_id"]: image for image in first.said["images"]}
    assert (images["approved"]["became"], images["approved"]["sealed_sha256"]) == ("withdrawn", sealed.sealed_sha256)
    assert images["approved"]["actor_name"] == "Nora"
    assert (images["released"]["became"], images["released"]["state"]) == (None, "released")

    (recall_id, _) = (one.recall_id for one in Recalls(scene.database).of_brand(MAYA))
    Recalls(scene.database).acknowledge(MAYA, [recall_id])
    assert receipts.issue() == 1
    scene.clock.forward(hours=48)
    sweep(scene)
    assert receipts.issue() == 1
    Recalls(scene.database).attest(MAYA, [recall_id], "Maya Okafor")
    assert receipts.issue() == 1
    last = receipts.receipt(AGENT, taken.revocation_id)
    assert last.version > first.version
    assert {image["became"] for image in last.said["images"]} == {"withdrawn", "recalled"}
    assert {one["deleted_by"] for one in last.said["recalls"]} == {"Maya Okafor", None}
    assert scene.count("receipt") == scene.count("audit", event="receipt.issued") == len(signed) == 4


def test_only_she_her_agency_and_the_administrator_read_what_was_taken_back(scene: Scene) -> None:
    scene.judged("image", licence="halden-amara")
    hers = scene.rights.revoke(NORA, "licence", "halden-nora", "").revocation_id
    receipts = Receipts(scene.database)
    receipts.issue()
    for account in (NORA, AGENT, ADMIN):
        assert receipts.timeline(account, hers).act["id"] == hers
        assert receipts.receipt(account, hers).signature is None
        assert [act["id"] for act in receipts.of_her(account)] == [hers]
    for account in (AMARA, MAYA, RIVAL, MODO):
        for read in (receipts.timeline, receipts.receipt):
            with pytest.raises(NotFound):
                read(account, hers)
        assert receipts.of_her(account) == ()
    with pytest.raises(NotFound):
        receipts.timeline(NORA, "nothing")


def test_what_cannot_be_signed_does_not_hold_up_what_must_end(scene: Scene) -> None:
    scene.released("image", licence="halden-short")
    scene.rights.revoke(NORA, "licence", "halden-nora", "")

    def broken(_: Any) -> Seal:
        raise IllegalMove("The key is gone.")

    said: list[str] = []
    settle = Settling((Receipts(scene.database, broken).issue, Endings(scene.database).sweep), said.append)
    scene.clock.forward(minutes=30)
    settle()
    assert scene.state("image") == "recalled"
    assert said == ["The key is gone."]
    assert Receipts(scene.database).issue() == 1


def test_a_failing_tombstone_takes_nothing_back(scene: Scene) -> None:
    from moderation.rights.rights import Rights

    kept: list[dict[str, Any]] = []

    def keep(_: Any, subject: str, facts: dict[str, Any]) -> None:
        kept.append(json.loads(json.dumps(facts)))
        if subject == "halden-nora":
            raise IllegalMove("The disk is full.")

    scene.judged("image")
    rights = Rights(scene.database, tombstone=keep)
    with pytest.raises(IllegalMove):
        rights.revoke(NORA, "licence", "halden-nora", "")
    assert (scene.state("image"), scene.count("revocation"), scene.count("taking_back")) == ("her turn", 0, 0)
    rights.revoke(NORA, "consent", "nora-1", "")
    assert kept[1]["act"]["subject_id"] == "nora-1"
    assert [part["scope"] for part in kept[1]["parts"]] == ["consent"]
