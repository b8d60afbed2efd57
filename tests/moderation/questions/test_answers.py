"""The figures of a scene whose every figure was worked out by hand, as each reader sees them."""

from dataclasses import replace
from pathlib import Path

import pytest

from moderation.errors import NotFound
from moderation.keys.her_word import Signed
from moderation.keys.on_behalf import OnBehalf
from moderation.money.ledger import refund
from moderation.money.payouts import Payouts
from moderation.questions.answers import Answers, Questions
from moderation.rights.recall import Recalls
from tests.moderation.her_hand import fingerprint, key_of, sign
from tests.moderation.scene import ADMIN, AGENT, AMARA, EVERYBODY, MAYA, MODO, NORA, RIVAL, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def asked(scene: Scene, account: object = None, *, demo: bool = True) -> Answers:
    return Questions(scene.database, scene.endings.sweep, demo=demo).for_account(account)  # type: ignore[arg-type]


def test_a_studio_without_images_answers_with_what_is_agreed_and_no_figure(scene: Scene) -> None:
    found = asked(scene)
    assert (found.paid, found.judged.images, found.ended.acts) == ((), 0, ())
    assert (found.judged.decided, found.judged.by_her, found.judged.times["signoff"].n) == (0, 0, 0)
    assert (found.agreed.licences, found.agreed.people) == (6, 2)
    assert found.agreed.terms is not None
    nora = next(one for one in found.agreed.terms if one.label == "Halden, Spring" and one.fee_minor == 12_345)
    # 17.5 % of 123.45 is 21.60375: the broken unit stays with her.
    assert (nora.commission_minor, nora.net_minor, nora.taken, nora.max_images) == (2_160, 10_185, 0, 100)


def test_money_is_split_to_the_last_unit_by_month_and_person(scene: Scene) -> None:
    scene.released("may-1")
    scene.released("may-2")
    scene.clock.forward(days=31)
    amara = scene.judged("june-1", licence="halden-amara")
    scene.signoff.approve(AMARA, "june-1", amara.sealed_sha256)
    scene.releases.release(MAYA, "june-1")
    Payouts(scene.database).record(AGENT, "person", "nora", 10_000, "EUR", "transfer 1")

    (euros,) = asked(scene).paid

    assert euros.total is not None
    split = ("images", "gross_minor", "commission_minor", "share_minor", "net_minor", "paid_minor")
    months = {one.label: tuple(getattr(one, name) for name in split) for one in euros.months.shown}
    assert months == {"2026-05": (2, 24_690, 4_320, 0, 20_370, 0), "2026-06": (1, 333, 0, 0, 333, 10_000)}
    assert tuple(getattr(euros.total, name) for name in split) == (3, 25_023, 4_320, 0, 20_703, 10_000)
    assert euros.people is not None
    assert [(one.label, one.images, one.net_minor, one.paid_minor) for one in euros.people] == [
        ("Nora Lind", 2, 20_370, 10_000),
        ("Amara Osei", 1, 333, 0),
    ]


def test_a_refund_takes_from_every_side_what_its_release_gave(scene: Scene) -> None:
    scene.released("back")
    scene.released("stays")
    with scene.database.write("test") as tx:
        release_id = tx.execute("SELECT id FROM release WHERE render_id = 'back'")[0]["id"]
        refund(tx, release_id, 10_000)
    (euros,) = asked(scene).paid
    assert euros.total is not None
    assert (euros.total.gross_minor, euros.total.commission_minor, euros.total.net_minor) == (12_345, 2_160, 10_185)
    assert (euros.total.images, euros.total.refunds) == (2, 1)


def test_decisions_are_told_by_who_took_them_and_how_long_that_took(scene: Scene) -> None:
    sealed = {name: scene.judged(name) for name in ("yes", "no", "change", "waits", "undone", "over")}
    scene.judged("stopped", "block")
    scene.judged("unsure", "refer", "clear")
    scene.judged("refused", "unexamined")
    scene.clock.forward(seconds=30)
    claim = scene.desk.claim(MODO, "refused")
    scene.desk.review(MODO, "refused", scene.render("refused")["version"], "refuse", "quality", "", claim["token"])
    scene.clock.forward(seconds=30)
    scene.signoff.approve(NORA, "yes", sealed["yes"].sealed_sha256)
    scene.releases.release(MAYA, "yes")
    scene.clock.forward(seconds=60)
    scene.signoff.refuse(NORA, "no", "content")
    scene.clock.forward(seconds=480)
    scene.signoff.ask_change(NORA, "change", "Warmer light, please.")
    scene.signoff.approve(NORA, "undone", sealed["undone"].sealed_sha256)
    scene.clock.forward(seconds=5)
    scene.signoff.undo(NORA, "undone")
    scene.rights.withdraw_image(NORA, "over")

    found = asked(scene).judged

    assert {one.label: one.n for one in found.fates.shown if one.n} == {
        "her yes": 1,
        "her no": 1,
        "her change": 1,
        "moderator": 1,
        "blocked": 1,
        "waiting": 3,
        "ended": 1,
    }
    assert (found.images, found.decided, found.by_her, found.signed, found.released) == (9, 5, 3, 1, 1)
    assert {one.label: one.n for one in found.verdicts.shown} == {"clear": 6, "refer": 1, "unexamined": 1, "block": 1}
    assert {one.label: one.n for one in found.safeguards["safeguard-1"].shown} == {
        "clear": 1, "refer": 0, "unexamined": 0, "block": 0,
    }  # fmt: skip
    assert [(one.label, one.n) for one in found.reasons["signoff"].shown] == [("content", 1)]
    assert [(one.label, one.n) for one in found.reasons["review"].shown] == [("quality", 1)]
    # Hers: 60 s, 120 s, 600 s and 600 s, of which the last was undone later; the moderator's one: 30 s.
    times = found.times["signoff"]
    assert (times.n, times.median, times.p90) == (4, 120, 600)
    assert (found.times["review"].n, found.times["review"].median, found.times["review"].p90) == (1, 30, 30)
    assert found.licences is not None
    assert [(one.label, one.images, one.released, one.gross_minor) for one in found.licences] == [
        ("Halden, Spring", 9, 1, 12_345)
    ]


def test_what_her_agency_refuses_for_her_is_no_decision_of_hers(scene: Scene) -> None:
    scene.judged("one")
    behalf = OnBehalf(scene.database, scene.word)
    statement = behalf.statement(NORA, fingerprint(key_of(NORA)), allowed=True)
    behalf.allow(NORA, allowed=True, word=Signed(statement, sign(key_of(NORA), statement)))
    behalf.refuse(AGENT, "one", "quality")
    found = asked(scene).judged
    assert {one.label: one.n for one in found.fates.shown if one.n} == {"agency no": 1}
    assert (found.decided, found.by_her, found.times["signoff"].n) == (1, 0, 0)
    assert [one for one in found.reasons["signoff"].shown if one.n] == []


def test_a_taking_back_is_followed_until_the_last_copy_is_deleted(scene: Scene) -> None:
    scene.released("hers")
    scene.approved("waiting")
    scene.released("other", licence="halden-free")
    scene.rights.revoke(NORA, "licence", "halden-nora", "Enough.")
    (act,) = asked(scene).ended.acts or ()
    assert (act.scope, act.person, act.withdrawn, act.recalled, act.told, act.known) == ("licence", "Nora Lind", 1, 1, 1, 0)
    assert act.stopped_at == act.effective_at == act.requested_at
    scene.clock.forward(days=3)
    found = asked(scene).ended
    assert (found.overdue, found.withdrawn, found.recalled, found.deleted) == (1, 1, 1, 0)
    assert (found.lag.n, found.lag.median, found.lag.longest) == (2, 0, 0)

    recalls = Recalls(scene.database)
    (recall,) = recalls.of_brand(MAYA)
    recalls.acknowledge(MAYA, [recall.recall_id])
    assert asked(scene).ended.overdue == 0
    scene.clock.forward(days=5)
    assert asked(scene).ended.overdue == 1
    recalls.attest(MAYA, [recall.recall_id], "Maya Okafor")
    found = asked(scene).ended
    (act,) = (one for one in found.acts or () if one.scope == "licence")
    assert (found.overdue, found.deleted) == (0, 1)
    assert act.deleted_at == scene.clock().isoformat(timespec="microseconds") > str(act.acknowledged_at)


def test_a_licence_that_ended_while_nothing_ran_shows_how_late_its_images_followed(scene: Scene) -> None:
    scene.approved("short", licence="halden-short")
    scene.clock.forward(minutes=31)
    found = asked(scene).ended
    (act,) = found.acts or ()
    assert (act.scope, act.withdrawn, act.recalled) == ("expiry", 1, 0)
    assert (found.lag.n, found.lag.median) == (1, 60)


def test_what_nothing_happened_to_is_read_once_and_what_happened_is_seen_at_once(scene: Scene) -> None:
    questions = Questions(scene.database, demo=True)
    assert questions.for_account(None).judged.images == 0
    scene.judged("one")
    assert questions.for_account(None).judged.images == 1
    scene.signoff.refuse(NORA, "one", "quality")
    assert questions.for_account(None).judged.by_her == 1


def test_figures_that_take_long_to_read_rest_a_while_and_say_when_they_were_read(scene: Scene) -> None:
    seconds = iter([0.0, 1.0, 5.0, 20.9, 21.1, 22.1])
    questions = Questions(scene.database, demo=True, timer=lambda: next(seconds))
    read_at = questions.for_account(None).at
    scene.clock.forward(minutes=1)
    scene.judged("one")
    for _ in range(2):  # after 5 and after 20.9 seconds: reading took one, so it rests for twenty
        found = questions.for_account(None)
        assert (found.judged.images, found.at) == (0, read_at)
    found = questions.for_account(None)
    assert (found.judged.images, found.at > read_at) == (1, True)


def test_a_demo_tells_everybody_but_names_only_people_who_do_not_exist(scene: Scene) -> None:
    scene.released("image")
    with scene.database.write("test") as tx:
        tx.execute("UPDATE person SET fictional = 0 WHERE id = 'nora'")
    for account in (None, *EVERYBODY):
        (euros,) = asked(scene, account).paid
        assert [one.label for one in euros.people or ()] == ["somebody"]
    assert "Nora" not in repr(asked(scene))


def test_in_a_studio_only_administrators_and_agencies_read_until_it_is_opened(scene: Scene) -> None:
    scene.released("image")
    readers = set()
    for account in (None, *EVERYBODY):
        try:
            asked(scene, account, demo=False)
            readers.add(account)
        except NotFound:
            continue
    assert readers == {ADMIN, AGENT}
    questions = Questions(scene.database, demo=False)
    questions.open(ADMIN, opened=True)
    questions.open(ADMIN, opened=True)
    assert scene.count("figures_opening") == 1
    assert questions.for_account(RIVAL).reader.is_outside
    questions.open(ADMIN, opened=False)
    with pytest.raises(NotFound):
        questions.for_account(RIVAL)


def test_an_agency_reads_its_own_people_alone(scene: Scene) -> None:
    scene.released("noras")
    amara = scene.judged("amaras", licence="halden-amara")
    scene.signoff.approve(AMARA, "amaras", amara.sealed_sha256)
    scene.releases.release(MAYA, "amaras")
    scene.rights.withdraw_image(AMARA, "amaras")
    found = asked(scene, AGENT, demo=False)
    assert [one.label for one in found.paid[0].people or ()] == ["Nora Lind"]
    assert (found.judged.images, found.ended.acts) == (1, ())
    assert "Amara" not in repr(found)
    assert asked(scene, replace(AGENT, agency_id="elsewhere"), demo=False).paid == ()


def test_an_outsider_of_a_studio_sees_no_figure_of_fewer_than_five(scene: Scene) -> None:
    questions = Questions(scene.database, demo=False)
    questions.open(ADMIN, opened=True)
    for number in range(4):
        scene.released(f"image-{number}")
    scene.rights.withdraw_image(NORA, "image-0")
    found = questions.for_account(None)
    assert (found.judged.images, found.judged.decided, found.judged.licences, found.judged.safeguards) == (0, None, None, {})
    assert (found.ended.acts, found.ended.recalled, found.ended.scopes.shown) == (None, None, ())
    assert (found.agreed.people, found.agreed.terms, found.agreed.licences) == (None, None, 6)
    # Five and more images, but of one person: what she earned is nobody's business.
    for number in range(4, 9):
        scene.released(f"image-{number}")
    found = questions.for_account(None)
    assert (found.judged.images, found.judged.by_her) == (9, 9)
    assert (found.paid[0].total, found.paid[0].people, found.paid[0].months.hidden) == (None, None, True)
    assert "Nora" not in repr(found)
    assert "halden" not in repr(found).casefold()
