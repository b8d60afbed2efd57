"""Every point at which the program can be made to die is named, and some test kills it there."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import moderation
import twin

ROOT = Path(__file__).parents[1]


def sources(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    """Every source file under a folder, read."""
    for file in sorted((ROOT / folder).rglob("*.py")):
        yield file, ast.parse(file.read_text(), str(file))


def named() -> set[str]:
    """The points in every constant FAULTS."""
    points: list[str] = []
    for package in (moderation, twin):
        for file, tree in sources(package.__name__):
            targets = {getattr(one.target, "id", "") for one in tree.body if isinstance(one, ast.AnnAssign)}
            if "FAULTS" in targets:
                points += importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts)).FAULTS
    assert len(points) == len(set(points)), "two points bear the same name"
    return set(points)


def reached() -> set[str]:
    """The points that the program passes, as far as they are written out where it does."""
    found = set()
    for package in (moderation, twin):
        for _, tree in sources(package.__name__):
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in ("_reach", "reach"):
                    written = {str(one.value) for one in ast.walk(call) if isinstance(one, ast.Constant)}
                    found |= {one for one in written if "." in one.strip(".")}
    return found


def struck() -> set[str]:
    """The points that are cases of a test, or are written out in one."""
    found: set[str] = set()
    for file, tree in sources("tests"):
        if file.name.startswith("test_") and file != Path(__file__):
            found |= {str(one.value) for one in ast.walk(tree) if isinstance(one, ast.Constant)}
            if "FAULTS" in file.read_text():
                module = importlib.import_module(".".join(file.relative_to(ROOT).with_suffix("").parts))
                for test in vars(module).values():
                    for mark in getattr(test, "pytestmark", []):
                        found |= set(words(mark.args[1:])) if mark.name == "parametrize" else set()
    return found


def words(value: Any) -> Iterator[str]:
    """Every text in lists within lists."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from words(one)


def test_every_point_that_the_program_passes_is_named() -> None:
    assert len(reached()) > 30
    assert reached() <= named(), reached() - named()


def test_every_named_point_is_one_at_which_some_test_kills() -> None:
    assert len(named()) > 40
    assert named() <= struck(), named() - struck()
