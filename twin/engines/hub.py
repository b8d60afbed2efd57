"""The hub that painters' weights come from: what a repository holds, and its files, resumed where they broke off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from twin.errors import PainterRefused

MAIN = "main"
Progress = Callable[[str, int, int | None], None]
"""The file, the bytes that are here, and all there will be, if known."""


@dataclass(frozen=True)
class Listing:
    """What a repository holds at one commit: bytes by file, None where the hub does not say."""

    commit: str
    files: Mapping[str, int | None]


class Hub(Protocol):
    """Where weights can be fetched from. Both methods raise PainterRefused, saying what failed."""

    def listing(self, repository: str, revision: str | None, /) -> Listing: ...
    def fetch(self, repository: str, commit: str, file: str, folder: Path, progress: Progress, /) -> Path: ...


class HuggingFace:
    """The Hugging Face hub, asked without any account; imported and reached when somebody asks for weights, never before."""

    def __init__(self, endpoint: str | None = None, timeout_s: float = 20.0) -> None:
        self._endpoint, self._timeout_s = endpoint, timeout_s

    def listing(self, repository: str, revision: str | None, /) -> Listing:
        """The files of a commit, or of the newest one. Raises PainterRefused."""
        from huggingface_hub import HfApi

        with _in_words(repository):
            api = HfApi(endpoint=self._endpoint, token=False)
            told = api.model_info(repository, revision=revision or MAIN, files_metadata=True, timeout=self._timeout_s)
        return Listing(str(told.sha), {one.rfilename: one.size for one in told.siblings or ()})

    def fetch(self, repository: str, commit: str, file: str, folder: Path, progress: Progress, /) -> Path:
        """Fetch one file of a commit into `folder`, taking up what arrived before. Raises PainterRefused."""
        from huggingface_hub import hf_hub_download

        with _in_words(repository):
            place = hf_hub_download(
                repository,
                file,
                revision=commit,
                local_dir=folder,
                endpoint=self._endpoint,
                token=False,
                etag_timeout=self._timeout_s,
                tqdm_class=_telling(file, progress),
            )
        return Path(place)


class _in_words:  # noqa: N801
    """Turns what the hub's client raises into a sentence for a person."""

    def __init__(self, repository: str) -> None:
        self._repository = repository

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """Raises PainterRefused for an error of the network, the hub or the disk; others pass through."""
        if error is None:
            return
        from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError, RevisionNotFoundError

        asked = self._repository
        if isinstance(error, GatedRepoError):
            said = f"{asked} is given only to people who signed for it at the hub; fetch it there, then use: painters import."
        elif isinstance(error, RevisionNotFoundError):
            said = f"{asked} has no such revision."
        elif isinstance(error, RepositoryNotFoundError):
            said = f"The hub has no {asked}, or shows it only to people who signed in there."
        elif isinstance(error, HfHubHTTPError):
            said = f"The hub refused {asked}: {str(error).splitlines()[0]}"
        elif isinstance(error, OSError) or type(error).__module__.split(".")[0] in ("httpx", "httpx2", "httpcore", "httpcore2"):
            said = (
                f"The hub cannot be reached for {asked} ({type(error).__name__}). What arrived is kept: pull again, or fetch the"
                " files elsewhere and use: twin-studio painters import."
            )
        else:
            return
        raise PainterRefused(said) from error


def _telling(file: str, progress: Progress) -> type[Any]:
    """A progress bar that draws nothing and tells instead."""
    from huggingface_hub.utils import tqdm  # type: ignore[attr-defined]

    class Telling(tqdm):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **{**more, "disable": False, "file": _Nowhere()})  # type: ignore[no-untyped-call]
            self.here = int(self.n)

        def update(self, n: float | None = 1) -> bool | None:
            # A bar stands still where the hub's client was told to draw none, so the bytes are counted here.
            moved: bool | None = super().update(n)
            self.here += int(n or 0)
            progress(file, self.here, int(self.total) if self.total else None)
            return moved

    return Telling


class _Nowhere:
    """Where the bar that nobody sees is drawn."""

    def write(self, _: str) -> None: ...
    def flush(self) -> None: ...
