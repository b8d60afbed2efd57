"""Whatever cannot answer never clears: the verdict is the worst finding."""

import json
import threading
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest

from moderation.errors import PackRefused
from moderation.examining.examination import LONGEST_S, Examination, NoReader
from moderation.safeguards.exhibit import Exhibit
from moderation.safeguards.finding import Finding, Outcome, Verdict, worst
from twin.jobs.jobs import LEASE

PICTURE = np.zeros((64, 64, 3), np.uint8)


@dataclass(frozen=True)
class Reader:
    name: str = "fake"
    sha256: str = "a" * 64

    def read(self, _picture: np.ndarray) -> tuple:
        return ()


@dataclass(frozen=True)
class Saying:
    """A safeguard that says one thing."""

    outcome: Outcome
    name: str = "saying"

    def examine(self, _exhibit: Exhibit) -> Finding:
        return Finding(self.name, self.outcome, 0.5, 0.4, "So it is.")


@dataclass(frozen=True)
class Failing:
    """A safeguard that breaks, in the way it is told."""

    error: Exception
    name: str = "failing"

    def examine(self, _exhibit: Exhibit) -> Finding:
        raise self.error


@dataclass(frozen=True)
class Clearing:
    """A safeguard whose score is what it is given."""

    score: float
    name: str = "clearing"

    def examine(self, _exhibit: Exhibit) -> Finding:
        return Finding(self.name, Outcome.CLEAR, self.score, 0.4, "All is well.")


def test_the_verdict_is_the_worst_finding() -> None:
    clear, refer, block = (Saying(outcome, str(outcome)) for outcome in (Outcome.CLEAR, Outcome.REFER, Outcome.BLOCK))
    assert Examination(Reader(), [clear, clear]).examine(PICTURE, "nora").outcome is Outcome.CLEAR
    assert Examination(Reader(), [clear, refer, clear]).examine(PICTURE, "nora").outcome is Outcome.REFER
    assert Examination(Reader(), [refer, block, clear]).examine(PICTURE, "nora").outcome is Outcome.BLOCK


@pytest.mark.parametrize("error", [RuntimeError("onnxruntime"), MemoryError(), KeyError("nora"), TimeoutError(), ValueError()])
def test_a_safeguard_that_breaks_is_unexamined_and_tells_no_internals(error: Exception) -> None:
    verdict = Examination(Reader(), [Saying(Outcome.CLEAR), Failing(error)]).examine(PICTURE, "nora")
    assert verdict.outcome is Outcome.UNEXAMINED
    assert verdict.findings[1].reason == f"The safeguard failed ({type(error).__name__}), so a person must look."


@pytest.mark.parametrize("score", [float("nan"), float("inf"), -float("inf")])
def test_a_score_that_is_no_number_is_unexamined(score: float) -> None:
    assert Examination(Reader(), [Clearing(score)]).examine(PICTURE, "nora").outcome is Outcome.UNEXAMINED


def test_a_reader_that_takes_too_long_leaves_every_question_to_a_person() -> None:
    never = threading.Event()

    class Slow(Reader):
        def read(self, _picture: np.ndarray) -> tuple:
            never.wait()
            return ()

    verdict = Examination(Slow(), [Saying(Outcome.CLEAR)], longest_s=0.05).examine(PICTURE, "nora")
    never.set()
    assert verdict.outcome is Outcome.UNEXAMINED
    assert "longer than 0.05 seconds" in verdict.findings[0].reason


def test_a_safeguard_that_takes_too_long_leaves_its_question_and_those_behind_it_to_a_person() -> None:
    never = threading.Event()

    class Hanging:
        name = "hanging"

        def examine(self, _exhibit: Exhibit) -> Finding:
            never.wait()
            return Finding(self.name, Outcome.CLEAR, 0.5, 0.4, "Too late.")

    asked = [Saying(Outcome.CLEAR, "first"), Hanging(), Saying(Outcome.CLEAR, "last")]
    verdict = Examination(Reader(), asked, longest_s=0.5).judge(Exhibit(PICTURE, "nora", ()))
    never.set()
    assert [found.outcome for found in verdict.findings] == [Outcome.CLEAR, Outcome.UNEXAMINED, Outcome.UNEXAMINED]
    assert verdict.findings[1].reason == "The examination took longer than 0.5 seconds, so a person must look."


def test_an_examination_ends_before_the_lease_of_its_worker() -> None:
    assert timedelta(seconds=LONGEST_S) < LEASE


def test_without_a_reader_questions_about_faces_say_why_they_were_not_asked() -> None:
    class NeedsFaces:
        name = "needs_faces"

        def examine(self, exhibit: Exhibit) -> Finding:
            return Finding(self.name, Outcome.CLEAR, float(len(exhibit.faces)), None, "Counted.")

    verdict = Examination(NoReader(PackRefused("The pack is gone.")), [NeedsFaces()]).examine(PICTURE, "nora")
    assert verdict.outcome is Outcome.UNEXAMINED
    assert "The pack is gone." in verdict.findings[0].reason


def test_no_safeguards_at_all_is_unexamined() -> None:
    assert Examination(Reader(), []).examine(PICTURE, "nora").outcome is Outcome.UNEXAMINED
    assert worst([]) is Outcome.UNEXAMINED


def test_a_verdict_cannot_be_milder_than_its_findings() -> None:
    found = Finding("likeness", Outcome.BLOCK, 0.9, 0.4, "Somebody else.")
    with pytest.raises(ValueError, match="worst"):
        Verdict(Outcome.CLEAR, (found,))


@pytest.mark.parametrize(
    "arguments",
    [
        ("likeness", Outcome.CLEAR, None, None, "No score."),
        ("likeness", Outcome.BLOCK, None, 0.4, "No score."),
        ("likeness", Outcome.CLEAR, 0.3, float("nan"), "No limit."),
        ("likeness", Outcome.REFER, 0.3, 0.4, " "),
        ("", Outcome.REFER, 0.3, 0.4, "Nobody asked."),
        ("likeness", Outcome.REFER, 0.3, 0.4, "No hash.", "model"),
        ("likeness", Outcome.REFER, 0.3, 0.4, "Half a hash.", "model", "abc"),
    ],
)
def test_a_finding_that_rests_on_nothing_cannot_be_built(arguments: tuple) -> None:
    with pytest.raises(ValueError, match=r"."):
        Finding(*arguments)


def test_the_command_line_gets_scores_limits_and_reasons() -> None:
    verdict = Examination(Reader(), [Saying(Outcome.REFER)]).examine(PICTURE, "nora")
    assert json.loads(json.dumps(verdict.as_dict())) == {
        "verdict": "refer",
        "findings": [{"safeguard": "saying", "outcome": "refer", "score": 0.5, "threshold": 0.4, "reason": "So it is."}],
    }


@pytest.mark.parametrize("picture", [np.zeros((64, 64), np.uint8), np.zeros((64, 64, 3), np.float32)])
def test_what_is_no_picture_is_not_examined(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="array of bytes"):
        Examination(Reader(), [Saying(Outcome.CLEAR)]).examine(picture, "nora")
