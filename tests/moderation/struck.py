"""Runs each act of the desk in a process of its own that is killed at a named point; a child program of test_reach."""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from moderation.desk.moves import move
from moderation.vault.seal import seal
from moderation.vault.vault import Shelf
from tests.moderation.scene import DISCLOSURE, MAYA, MODO, NOON, NORA, SOURCE, Scene, picture, verdict

IMAGE = "image"


def _painted(scene: Scene) -> None:
    scene.order(IMAGE)
    with scene.database.write("worker") as tx:
        move(tx, IMAGE, "painting", "worker")
    sealed = seal(picture(), DISCLOSURE, SOURCE)
    scene.vault.keep(Shelf.ORIGINAL, IMAGE, sealed.content)
    scene.vault.keep(Shelf.PREVIEW, IMAGE, sealed.preview)


def _submit(scene: Scene) -> None:
    with scene.database.write("worker") as tx:
        scene.desk.submit(tx, IMAGE, seal(picture(), DISCLOSURE, SOURCE))


def _judge(scene: Scene) -> None:
    with scene.database.write("worker") as tx:
        scene.desk.judge(tx, IMAGE, verdict("refer", "clear"), 1)


def _review(scene: Scene) -> None:
    token = scene.desk.claim(MODO, IMAGE)["token"]
    scene.desk.review(MODO, IMAGE, 3, "pass", None, "", token)


def _passed(scene: Scene) -> None:
    scene.judged(IMAGE, "refer")
    _review(scene)


def _escalate(scene: Scene) -> None:
    token = scene.desk.claim(MODO, IMAGE)["token"]
    scene.desk.escalate(MODO, IMAGE, 3, "unsure", "Is that her hand?", token)


def _approve(scene: Scene) -> None:
    scene.signoff.approve(NORA, IMAGE, seal(picture(), DISCLOSURE, SOURCE).sealed_sha256)


def _sweep(scene: Scene) -> None:
    scene.clock.at = NOON + timedelta(hours=1)  # after the end of the short licence
    scene.endings.sweep()


def _revoked(scene: Scene) -> None:
    scene.released(IMAGE)
    scene.rights.revoke(NORA, "licence", "halden-nora", "")


Act = tuple[Callable[[Scene], object], Callable[[Scene], object]]

ACTS: dict[str, Act] = {
    "submit": (_painted, _submit),
    "judge": (lambda scene: scene.examining(IMAGE), _judge),
    "review": (lambda scene: scene.judged(IMAGE, "refer"), _review),
    "undone": (_passed, lambda scene: scene.desk.undo(MODO, IMAGE)),
    "escalate": (lambda scene: scene.judged(IMAGE, "refer"), _escalate),
    "appeal": (lambda scene: scene.judged(IMAGE, "block"), lambda scene: scene.desk.appeal(MAYA, IMAGE, "Look again.")),
    "approve": (lambda scene: scene.judged(IMAGE), _approve),
    "undo": (lambda scene: scene.approved(IMAGE), lambda scene: scene.signoff.undo(NORA, IMAGE)),
    "release": (lambda scene: scene.approved(IMAGE), lambda scene: scene.releases.release(MAYA, IMAGE)),
    "grant": (lambda scene: scene.released(IMAGE), lambda scene: scene.releases.grant(MAYA, IMAGE)),
    "revoke": (lambda scene: scene.released(IMAGE), lambda scene: scene.rights.revoke(NORA, "consent", "nora-1", "")),
    "sweep": (lambda scene: scene.released(IMAGE, licence="halden-short"), _sweep),
    "receipt": (_revoked, lambda scene: scene.receipts.issue()),
}
"""By name: what brings the image there, and the act itself."""


def strike(home: Path, act: str, point: str) -> int:
    """Prepare `home`, then act in a child that dies at `point`; the signal that ended it, 0 when it never came by."""
    child = os.fork()
    if child == 0:
        home.mkdir()
        prepare, perform = ACTS[act]
        prepare(Scene(home))

        def die_at(passed: str) -> None:
            if passed == point:
                os.kill(os.getpid(), signal.SIGKILL)

        perform(Scene(home, reach=die_at, fresh=False))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status)


if __name__ == "__main__":
    ended = {f"{act} {point}": strike(Path(sys.argv[1]) / f"{act}-{point}", act, point) for act, point in json.loads(sys.argv[2])}
    print(json.dumps(ended))
