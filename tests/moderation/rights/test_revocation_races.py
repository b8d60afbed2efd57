"""Taking back races every step from order to download: each comes wholly before or not at all, and nothing begins after."""

import random
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from moderation.audit.chain import verify
from moderation.database import Database
from moderation.errors import ModerationError
from moderation.money.ledger import check_books
from moderation.rights.ending import WAITING
from moderation.rights.rights import Rights
from tests.moderation.scene import MAYA, MODO, NOON, NORA, Scene, insert
from tests.twin.rig import Rig
from twin.errors import TwinError
from twin.jobs.claim import Claim

REFUSALS = (ModerationError, TwinError)
PATIENCE_S = 20.0
BEGINS = (
    *("render.queued", "render.painting", "render.examining", "render.in review", "render.her turn", "render.approved"),
    *("render.released", "release.granted"),
)


@dataclass
class HeldClock:
    """Stands at a moment, and keeps the first transaction of its database open, with its lock, until told to go on."""

    at: datetime
    database: Database | None = None
    held: threading.Event = field(default_factory=threading.Event)
    go: threading.Event = field(default_factory=threading.Event)

    def __call__(self) -> datetime:
        if self.database is not None and self.database.tables.conn.in_transaction and not self.held.is_set():
            self.held.set()
            assert self.go.wait(PATIENCE_S)
        return self.at


@dataclass
class Mover:
    """Does one act in a thread of its own; `answer` is "done" or the refusal's name."""

    act: Callable[[], object]
    answer: str = ""
    thread: threading.Thread | None = None

    def start(self) -> "Mover":
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        return self

    def _run(self) -> None:
        try:
            self.act()
            self.answer = "done"
        except REFUSALS as refusal:
            self.answer = type(refusal).__name__

    def join(self) -> str:
        assert self.thread is not None
        self.thread.join(PATIENCE_S)
        assert not self.thread.is_alive()
        return self.answer


Build = Callable[[Path], tuple[Database, Callable[[], object]]]
"""What a mover gets: its own connection to the home, and its act over it."""


def revoker(home: Path) -> tuple[Database, Callable[[], object]]:
    clock = HeldClock(NOON)
    clock.database = database = Database(home / "studio.sqlite", clock)
    scope = ("licence", "lic") if database.rows("SELECT 1 FROM licence WHERE id = 'lic'") else ("licence", "halden-nora")
    return database, lambda: Rights(database).revoke(NORA, *scope, "")


def over_scene(act: Callable[[Scene], object]) -> Build:
    def build(home: Path) -> tuple[Database, Callable[[], object]]:
        scene = Scene(home, fresh=False)
        clock = HeldClock(NOON, scene.database)
        scene.database.clock = clock
        return scene.database, lambda: act(scene)

    return build


def over_rig(act: Callable[[Rig], object]) -> Build:
    def build(home: Path) -> tuple[Database, Callable[[], object]]:
        clock = HeldClock(NOON)
        rig = Rig(home, clock)
        clock.database = rig.database
        return rig.database, lambda: act(rig)

    return build


def rig_at(home: Path) -> Rig:
    rig = Rig.founded(home, HeldClock(NOON))
    with rig.database.write("test") as tx:
        values = {"id": NORA.id, "login": "nora", "name": "Nora", "role": "model", "person_id": "nora"}
        insert(tx, "account", {**values, "password_hash": "!", "created_at": tx.now})
    return rig


def claimed(rig: Rig) -> Claim:
    claim = rig.jobs.claim("w1")
    assert claim is not None
    return claim


def again(rig: Rig) -> Claim:
    """The claim that the first rig's worker holds."""
    (job,) = rig.rows("SELECT * FROM job WHERE state = 'running'")
    render = rig.rows("SELECT * FROM render WHERE id = ?", job["render_id"])[0]
    return Claim(job["id"], job["render_id"], job["kind"], job["attempt"], job["worker"], render)


def order(rig: Rig) -> None:
    rig.order()


def claim_it(rig: Rig) -> None:
    if rig.jobs.claim("w2") is None:
        raise TwinError("There was nothing to do.")


def step(rig: Rig) -> None:
    rig.jobs.beat(again(rig), 1, 3)


def seal_it(rig: Rig) -> None:
    work, claim = rig.work()["paint"], again(rig)
    work(claim, lambda *_: None)


def judge(rig: Rig) -> None:
    work, claim = rig.work()["examine"], again(rig)
    work(claim, lambda *_: None)


def pass_on(scene: Scene) -> None:
    row = scene.database.rows("SELECT token FROM claim")[0]
    scene.desk.review(MODO, "image", scene.render("image")["version"], "pass", None, "", row["token"])


def approving(home: Path) -> tuple[Database, Callable[[], object]]:
    """She has signed already, and now her yes arrives."""
    scene = Scene(home, fresh=False)
    sealed = scene.database.rows("SELECT sealed_sha256 FROM submission")[0]["sealed_sha256"]
    word = scene.signoff.signed(NORA, "image", "approve")
    scene.database.clock = HeldClock(NOON, scene.database)
    return scene.database, lambda: scene.signoff.approve(NORA, "image", sealed, word=word)


def _ordered(home: Path) -> None:
    rig_at(home).order()


def _claimed(home: Path) -> None:
    rig = rig_at(home)
    rig.order()
    claimed(rig)


def _examining(home: Path) -> None:
    rig = rig_at(home)
    rig.order()
    rig.work()["paint"](claimed(rig), lambda *_: None)
    claimed(rig)


def _in_review(home: Path) -> None:
    scene = Scene(home)
    scene.judged("image", "refer")
    scene.desk.claim(MODO, "image")


ACTS: dict[str, tuple[Callable[[Path], object], Build]] = {
    "enqueue": (rig_at, over_rig(order)),
    "claim": (_ordered, over_rig(claim_it)),
    "denoise": (_claimed, over_rig(step)),
    "seal": (_claimed, over_rig(seal_it)),
    "judge": (_examining, over_rig(judge)),
    "pass": (_in_review, over_scene(pass_on)),
    "approve": (lambda home: Scene(home).judged("image"), approving),
    "release": (lambda home: Scene(home).approved("image"), over_scene(lambda scene: scene.releases.release(MAYA, "image"))),
    "grant": (lambda home: Scene(home).released("image"), over_scene(lambda scene: scene.releases.grant(MAYA, "image"))),
}


def check(home: Path) -> None:
    """Nothing under the licence is alive, nothing began after the taking back, and the books and the chain hold."""
    database = Database(home / "studio.sqlite", lambda: NOON)
    audit = database.rows("SELECT * FROM audit ORDER BY seq")
    verify(audit)
    (taken,) = [row["seq"] for row in audit if row["event"] == "licence.revoked"]
    assert [row["event"] for row in audit if row["seq"] > taken and row["event"] in BEGINS] == []
    states = {row["state"] for row in database.rows("SELECT state FROM render")}
    assert states.isdisjoint({*WAITING, "released"})
    released, batches = (database.rows(f"SELECT count(*) AS n FROM {table}")[0]["n"] for table in ("release", "ledger_batch"))
    assert released == batches
    check_books(database)
    ended = database.rows("SELECT count(*) AS n, count(DISTINCT render_id) AS images FROM ended_image")[0]
    assert ended["n"] == ended["images"] == len([row for row in audit if row["event"] in ("render.withdrawn", "render.recalled")])
    database.close()


def run(home: Path, first: Build, second: Build) -> tuple[str, str]:
    """`second` begins while `first` is within its transaction; what became of both."""
    (held, act), (other, late) = first(home), second(home)
    clock = held.clock
    assert isinstance(clock, HeldClock)
    assert isinstance(other.clock, HeldClock)
    other.clock.held.set()  # the second waits for the database alone
    one = Mover(act).start()
    assert clock.held.wait(PATIENCE_S)
    two = Mover(late).start()
    assert two.thread is not None
    two.thread.join(0.05)
    assert two.answer == ""
    clock.go.set()
    return one.join(), two.join()


@pytest.mark.parametrize("name", ACTS)
def test_what_began_before_is_ended_by_the_taking_back(tmp_path: Path, name: str) -> None:
    prepare, act = ACTS[name]
    prepare(tmp_path)
    assert run(tmp_path, act, revoker) == ("done", "done")
    check(tmp_path)


@pytest.mark.parametrize("name", ACTS)
def test_what_comes_after_the_taking_back_does_not_begin(tmp_path: Path, name: str) -> None:
    prepare, act = ACTS[name]
    prepare(tmp_path)
    taken, refused = run(tmp_path, revoker, act)
    assert taken == "done"
    assert refused not in ("", "done")
    check(tmp_path)


def test_of_two_takings_back_one_counts(tmp_path: Path) -> None:
    Scene(tmp_path).released("image")
    assert run(tmp_path, revoker, revoker) == ("done", "AlreadyDecided")
    check(tmp_path)


def test_a_file_that_was_proven_before_is_not_released_after(tmp_path: Path) -> None:
    """The vault is read before the transaction: what happens in between counts."""

    def between(point: str) -> None:
        if point == "release.verified":
            Rights(scene.database).revoke(NORA, "licence", "halden-nora", "")

    scene = Scene(tmp_path, reach=between)
    scene.approved("image")
    with pytest.raises(ModerationError):
        scene.releases.release(MAYA, "image")
    check(tmp_path)


def test_no_download_starts_once_taking_back_has_answered(tmp_path: Path) -> None:
    scene = Scene(tmp_path)
    scene.released("image")
    token = scene.releases.grant(MAYA, "image")
    over, started, late = threading.Event(), threading.Event(), []

    def fetch() -> None:
        mine = Scene(tmp_path, fresh=False)
        while True:
            after = over.is_set()
            try:
                mine.releases.open_download(MAYA, token)
                started.set()
                late.append(after)
            except ModerationError:
                break
        mine.database.close()

    threads = [threading.Thread(target=fetch) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert started.wait(PATIENCE_S)
    scene.rights.revoke(NORA, "licence", "halden-nora", "")
    over.set()
    for thread in threads:
        thread.join(PATIENCE_S)
        assert not thread.is_alive()
    assert not any(late)
    check(tmp_path)


def test_a_worker_of_another_process_stops_at_its_next_step(tmp_path: Path) -> None:
    rig = rig_at(tmp_path)
    image = rig.order()
    command = [sys.executable, "-m", "tests.twin.rig", str(tmp_path), "", "slow"]
    with subprocess.Popen(command, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "step 1\n"
        Rights(rig.database).revoke(NORA, "licence", "lic", "")
        worker.terminate()
        assert worker.wait(PATIENCE_S) == 0
    check(tmp_path)
    assert rig.state(image) == "withdrawn"
    assert rig.rows("SELECT 1 FROM job WHERE state IN ('waiting', 'running') AND kind = 'examine'") == []


@pytest.mark.parametrize("seed", range(3))
def test_in_a_crowd_nothing_begins_after(tmp_path: Path, seed: int) -> None:
    scene = Scene(tmp_path)
    sealed = {name: scene.judged(name).sealed_sha256 for name in ("a", "b")}
    scene.approved("c")
    scene.released("d")
    scene.judged("e", "refer")
    token = scene.desk.claim(MODO, "e")["token"]
    version = scene.render("e")["version"]

    acts: list[Callable[[Scene], Any]] = [
        lambda one: one.signoff.approve(NORA, "a", sealed["a"]),
        lambda one: one.signoff.refuse(NORA, "b", "quality"),
        lambda one: one.releases.release(MAYA, "c"),
        lambda one: one.releases.release(MAYA, "a"),
        lambda one: one.releases.grant(MAYA, "d"),
        lambda one: one.releases.grant(MAYA, "c"),
        lambda one: one.desk.review(MODO, "e", version, "pass", None, "", token),
        lambda one: one.signoff.undo(NORA, "c"),
        lambda one: one.rights.withdraw_image(NORA, "d"),
        lambda one: one.rights.revoke(NORA, "licence", "halden-nora", ""),
        lambda one: one.endings.sweep(),
    ]
    random.Random(seed).shuffle(acts)
    start = threading.Barrier(len(acts))

    def take_part(act: Callable[[Scene], Any]) -> None:
        mine = Scene(tmp_path, fresh=False)
        start.wait()
        try:
            act(mine)
        finally:
            mine.database.close()

    movers = [Mover(lambda act=act: take_part(act)).start() for act in acts]  # type: ignore[misc]
    assert all(mover.join() for mover in movers)
    check(tmp_path)
