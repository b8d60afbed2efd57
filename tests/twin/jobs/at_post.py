"""A worker's process of a crew: `python -m tests.twin.jobs.at_post HOME SEEDS --post NAME` paints noise, and slowly.

It aborts, as a fault of CUDA does, in the middle of an image of one of these seeds at the post `gpu-1`, each time.
"""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from tests.twin.rig import Rig, TinyPainter
from twin.engines.accelerator import Accelerator
from twin.jobs.posts import post_named
from twin.jobs.supervisor import follow_parent
from twin.jobs.worker import stop_on_terminate
from twin.painter import Painting, PaintRequest

ABORTS = "gpu-1"


class Breaking(TinyPainter):
    """Aborts its process in the second step of some images."""

    def paint(self, request: PaintRequest, on_step: object) -> Painting:
        def step(at: int) -> None:
            Event().wait(0.05)
            if at == 2 and str(request.seed) in sys.argv[2].split(",") and sys.argv[4] == ABORTS:
                os.abort()

        return TinyPainter(step).paint(request, on_step)  # type: ignore[arg-type]


def main() -> None:
    follow_parent()
    _, home, _, _, name = sys.argv
    rig = Rig(Path(home), lambda: datetime.now(UTC), painter=Breaking())
    rig.post = post_named(name, [Accelerator("A GPU", 1, 1, os.environ["CUDA_VISIBLE_DEVICES"])])
    print(f"{name} sees {os.environ['CUDA_VISIBLE_DEVICES']}", flush=True)
    rig.worker(stop=stop_on_terminate()).run()


if __name__ == "__main__":
    main()
