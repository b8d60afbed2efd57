"""The job table: orders, claims, leases, failures, cancels and lapses."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from moderation.errors import IllegalMove
from tests.twin.rig import LOOK, MIRA, OTTO, Clock, Rig, revoke
from twin.errors import BadValue, LeaseLost, LicenceRefuses, NotFound, PainterUnavailable
from twin.jobs.claim import Claim, Maker
from twin.orders.order import SEEDS, SEVERAL_AT_MOST, RenderOrder, several
from twin.orders.recipe import Recipe
from twin.ports import Transaction


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rig(tmp_path: Path, clock: Clock) -> Rig:
    return Rig.founded(tmp_path, clock)


def claimed(rig: Rig, worker: str = "w1") -> Claim:
    claim = rig.jobs.claim(worker)
    assert claim is not None
    return claim


def painted(rig: Rig) -> str:
    """The id of an image that waits for its examination."""
    render_id = rig.order()
    assert rig.worker().once()
    return render_id


def test_an_order_is_an_image_in_the_queue_its_job_and_its_audit_row(rig: Rig) -> None:
    render_id = rig.order(seed=7)
    row = rig.rows("SELECT * FROM render WHERE id = ?", render_id)[0]
    assert (row["state"], row["version"], row["twin_epoch"], row["licence_epoch"]) == ("queued", 0, 0, 0)
    assert (row["seed"], row["maker_id"], row["brand_id"], row["look"]) == (7, "mira", "brand-one", LOOK.as_json())
    assert rig.jobs_of(render_id) == [("paint", "waiting", 0)]
    assert rig.history(render_id) == ["queued"]
    assert claimed(rig).order == RenderOrder("nora", "lic", "shoot", "tiny", LOOK, 7)


@pytest.mark.parametrize(
    ("maker", "changes", "refusal"),
    [
        (OTTO, {}, NotFound),
        (MIRA, {"shoot_id": "other"}, NotFound),
        (MIRA, {"parent_id": "nowhere"}, NotFound),
        (OTTO, {"shoot_id": "other"}, NotFound),
        (MIRA, {"twin_id": "mei"}, LicenceRefuses),
        (MIRA, {"licence_id": "none"}, NotFound),
    ],
)
def test_an_order_across_a_border_is_refused_and_leaves_nothing(
    rig: Rig, maker: Maker, changes: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rig.order(maker=maker, **changes)
    assert rig.rows("SELECT id FROM render UNION ALL SELECT id FROM job UNION ALL SELECT subject FROM audit") == []


def test_while_painting_is_halted_nothing_is_ordered_and_what_was_ordered_waits_while_examinations_go_on(rig: Rig) -> None:
    done, waiting = painted(rig), rig.order()
    rig.halt = "The file that tells what was taken back is missing."
    with pytest.raises(PainterUnavailable, match="taken back is missing"):
        rig.order()
    assert claimed(rig).render_id == done
    assert rig.jobs.claim("w2") is None
    assert rig.jobs_of(waiting) == [("paint", "waiting", 0)]
    rig.halt = None
    assert claimed(rig, "w2").render_id == waiting


def test_an_image_of_another_brand_is_nobodys_parent(rig: Rig) -> None:
    theirs = rig.order(maker=OTTO, shoot_id="other", licence_id="lic-two")
    with pytest.raises(NotFound):
        rig.order(parent_id=theirs)
    mine = rig.order()
    child = rig.order(parent_id=mine)
    assert rig.rows("SELECT parent_id FROM render WHERE id = ?", child) == [{"parent_id": mine}]


def test_several_images_have_consecutive_seeds() -> None:
    order = RenderOrder("nora", "lic", "shoot", "tiny", LOOK, SEEDS - 2)
    assert [o.seed for o in several(order, 4)] == [SEEDS - 2, SEEDS - 1, 0, 1]
    for count in (0, SEVERAL_AT_MOST + 1):
        with pytest.raises(BadValue):
            several(order, count)


def test_of_many_workers_each_job_goes_to_one(rig: Rig) -> None:
    ordered = {rig.order(seed) for seed in range(6)}
    with ThreadPoolExecutor(12) as pool:
        claims = list(pool.map(lambda i: rig.jobs.claim(f"w{i}"), range(12)))
    assert sorted(c.render_id for c in claims if c is not None) == sorted(ordered)
    assert all(rig.history(render_id) == ["queued", "painting"] for render_id in ordered)


def test_examinations_come_before_paintings_and_the_oldest_first(rig: Rig) -> None:
    first, second, third = rig.order(), rig.order(), rig.order()
    assert rig.worker().once()
    assert [(c.kind, c.render_id) for c in (claimed(rig), claimed(rig), claimed(rig))] == [
        ("examine", first),
        ("paint", second),
        ("paint", third),
    ]
    assert rig.jobs.claim("w1") is None


def test_a_brand_with_one_order_does_not_wait_for_all_of_anothers(rig: Rig, clock: Clock) -> None:
    many = [rig.order(seed) for seed in range(3)]
    one = rig.order(maker=OTTO, shoot_id="other", licence_id="lic-two")
    order = []
    for _ in range(4):
        clock.go_on(seconds=1)
        claim = claimed(rig)
        order.append(claim.render_id)
        rig.jobs.fail(claim, "It was only a test.", again=False)
    assert order == [many[0], one, many[1], many[2]]


def test_while_one_brand_is_painted_for_the_next_worker_takes_the_other(rig: Rig) -> None:
    many = [rig.order(seed) for seed in range(2)]
    one = rig.order(maker=OTTO, shoot_id="other", licence_id="lic-two")
    assert [claimed(rig, f"w{at}").render_id for at in range(3)] == [many[0], one, many[1]]


def test_what_was_painted_long_ago_puts_nobody_behind(rig: Rig, clock: Clock) -> None:
    rig.order()
    rig.jobs.fail(claimed(rig), "It was only a test.", again=False)
    clock.go_on(days=1)
    again, other = rig.order(), rig.order(maker=OTTO, shoot_id="other", licence_id="lic-two")
    assert [claimed(rig, f"w{at}").render_id for at in range(2)] == [again, other]


def test_a_beat_keeps_the_job_from_others(rig: Rig, clock: Clock) -> None:
    rig.order()
    claim = claimed(rig)
    clock.go_on(seconds=59)
    rig.jobs.beat(claim, 2, 5)
    clock.go_on(seconds=59)
    assert rig.jobs.claim("w2") is None
    clock.go_on(seconds=1)
    assert claimed(rig, "w2").attempt == 2


def test_a_worker_that_lost_its_lease_can_write_nothing(rig: Rig, clock: Clock) -> None:
    render_id = rig.order()
    stale = claimed(rig, "w1")
    clock.go_on(seconds=60)
    present = claimed(rig, "w2")
    before = rig.rows("SELECT * FROM job"), rig.rows("SELECT * FROM render"), rig.history(render_id)

    def write(_: Transaction) -> None:
        pytest.fail("a stale worker reached the files")

    for late in (
        lambda: rig.jobs.beat(stale, 1, 3),
        lambda: rig.jobs.finish_paint(stale, "{}", write),
        lambda: rig.jobs.fail(stale, "late"),
        lambda: rig.jobs.fail(stale, "late", again=False),
        lambda: rig.jobs.hand_back(stale),
    ):
        with pytest.raises(LeaseLost):
            late()
    assert (rig.rows("SELECT * FROM job"), rig.rows("SELECT * FROM render"), rig.history(render_id)) == before
    rig.jobs.beat(present, 1, 3)
    assert rig.history(render_id) == ["queued", "painting", "queued", "painting"]


def test_the_third_lost_lease_fails_a_painting_with_a_sentence(rig: Rig, clock: Clock) -> None:
    render_id = rig.order()
    for attempt in (1, 2, 3):
        assert claimed(rig).attempt == attempt
        clock.go_on(seconds=60)
    assert rig.jobs.claim("w1") is None
    assert rig.state(render_id) == "failed"
    assert rig.jobs_of(render_id) == [("paint", "failed", 3)]
    assert "unexpectedly" in rig.rows("SELECT failure FROM render")[0]["failure"]


def test_the_third_lost_lease_of_an_examination_sends_the_image_to_people(rig: Rig, clock: Clock) -> None:
    render_id = painted(rig)
    for _ in range(3):
        assert claimed(rig).kind == "examine"
        clock.go_on(seconds=60)
    assert rig.jobs.claim("w1") is None
    assert rig.state(render_id) == "in review"
    assert rig.jobs_of(render_id) == [("paint", "done", 1), ("examine", "failed", 3)]
    assert [row["outcome"] for row in rig.rows("SELECT outcome FROM verdict")] == ["unexamined"]


def test_a_failure_is_tried_again_after_a_rest_and_is_final_at_the_third(rig: Rig, clock: Clock) -> None:
    render_id = rig.order()
    for rest in (5, 20):
        rig.jobs.fail(claimed(rig), "The engine coughed.")
        assert rig.state(render_id) == "queued"
        clock.go_on(seconds=rest - 1)
        assert rig.jobs.claim("w1") is None
        clock.go_on(seconds=1)
    rig.jobs.fail(claimed(rig), "The engine died.")
    assert rig.state(render_id) == "failed"
    assert rig.rows("SELECT failure FROM render") == [{"failure": "The engine died."}]
    clock.go_on(days=1)
    assert rig.jobs.claim("w1") is None


def test_what_cannot_succeed_is_not_tried_again(rig: Rig) -> None:
    render_id = rig.order()
    rig.jobs.fail(claimed(rig), "Tiny cannot paint hats.", again=False)
    assert (rig.state(render_id), rig.jobs_of(render_id)) == ("failed", [("paint", "failed", 1)])


def test_a_job_handed_back_was_no_attempt(rig: Rig) -> None:
    rig.order()
    for _ in range(5):
        rig.jobs.hand_back(claimed(rig))
    assert claimed(rig).attempt == 1


def test_who_handed_a_job_back_no_longer_holds_it_when_the_next_worker_does(rig: Rig) -> None:
    rig.order()
    former = claimed(rig, "w1")
    rig.jobs.hand_back(former)
    assert claimed(rig, "w2").attempt == former.attempt
    with pytest.raises(LeaseLost):
        rig.jobs.beat(former, 1, 3)


def test_a_cancel_stops_what_waits_and_what_is_being_painted(rig: Rig) -> None:
    underway, waiting = rig.order(), rig.order()
    claim = claimed(rig)
    rig.jobs.cancel(underway, MIRA)
    rig.jobs.cancel(waiting, MIRA)
    with pytest.raises(LeaseLost):
        rig.jobs.beat(claim, 1, 3)
    assert rig.jobs.claim("w1") is None
    assert [rig.state(i) for i in (underway, waiting)] == ["cancelled", "cancelled"]
    assert [rig.jobs_of(i)[0][1] for i in (underway, waiting)] == ["stopped", "stopped"]


def test_a_cancel_by_another_brand_finds_no_image(rig: Rig) -> None:
    render_id = rig.order()
    with pytest.raises(NotFound):
        rig.jobs.cancel(render_id, OTTO)
    assert (rig.state(render_id), rig.jobs_of(render_id)) == ("queued", [("paint", "waiting", 0)])


def test_a_painted_image_cannot_be_cancelled(rig: Rig) -> None:
    render_id = painted(rig)
    with pytest.raises(IllegalMove):
        rig.jobs.cancel(render_id, MIRA)
    assert rig.jobs_of(render_id)[1] == ("examine", "waiting", 0)


def test_a_revocation_stops_every_open_job_and_no_order_follows(rig: Rig) -> None:
    examined = painted(rig)
    painting, waiting = rig.order(), rig.order()
    examining, claim = claimed(rig), claimed(rig)
    revoke(rig)
    for held in (examining, claim):
        with pytest.raises(LeaseLost):
            rig.jobs.beat(held, 1, 3)
    assert rig.jobs.claim("w2") is None
    assert {rig.state(i) for i in (examined, painting, waiting)} == {"withdrawn"}
    assert rig.rows("SELECT 1 FROM job WHERE state IN ('waiting', 'running')") == []
    with pytest.raises(LicenceRefuses):
        rig.order()


def test_a_licence_that_ended_while_an_image_waited_withdraws_it(rig: Rig, clock: Clock) -> None:
    render_id = rig.order()
    clock.go_on(days=365 * 80)
    assert rig.jobs.claim("w1") is None
    assert (rig.state(render_id), rig.jobs_of(render_id)) == ("withdrawn", [("paint", "stopped", 1)])
    assert "ended" in rig.rows("SELECT failure FROM render")[0]["failure"]


def test_a_licence_that_ended_while_an_image_was_painted_withdraws_it_and_keeps_no_pixel(rig: Rig, clock: Clock) -> None:
    render_id = rig.order()
    rig.painter = type(rig.painter)(at_step=lambda step: clock.go_on(days=365 * 80 if step == 3 else 0))
    assert rig.worker().once()
    assert (rig.state(render_id), rig.jobs_of(render_id)) == ("withdrawn", [("paint", "stopped", 1)])
    assert rig.rows("SELECT render_id FROM submission UNION ALL SELECT render_id FROM recipe") == []
    assert rig.files() == []


def test_a_finished_painting_leaves_its_submission_recipe_and_one_examination(rig: Rig) -> None:
    render_id = painted(rig)
    assert rig.state(render_id) == "examining"
    assert rig.jobs_of(render_id) == [("paint", "done", 1), ("examine", "waiting", 0)]
    recipe = Recipe.from_json(rig.rows("SELECT recipe FROM recipe")[0]["recipe"])
    assert recipe.pixels_sha256 == rig.rows("SELECT pixels_sha256 FROM submission")[0]["pixels_sha256"]
    assert rig.files() == [f"previews/{render_id}.jpg.sealed", f"vault/originals/{render_id}.png.sealed"]


def test_a_painting_without_a_submission_is_not_finished(rig: Rig) -> None:
    render_id = rig.order()
    with pytest.raises(RuntimeError):
        rig.jobs.finish_paint(claimed(rig), "{}", lambda tx: tx.record("something.else", render_id))
    assert (rig.state(render_id), rig.jobs_of(render_id)) == ("painting", [("paint", "running", 1)])


def test_an_examination_without_a_verdict_is_not_finished(rig: Rig) -> None:
    render_id = painted(rig)
    with pytest.raises(RuntimeError):
        rig.jobs.finish_examination(claimed(rig), lambda tx: tx.record("something.else", render_id))
    assert rig.jobs_of(render_id)[1] == ("examine", "running", 1)
