"""examples/ci: those for CTest and GoogleTest, built as a reader would; that of pytest is test_driver_mistakes.py's.

Source: README.md, "In a test".
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.modem import REPOSITORY, program_path
from support.patience import ANSWER_S

CI = REPOSITORY / "examples" / "ci"


def run(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          timeout=10 * ANSWER_S, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize(("name", "language", "count"), [("ctest", "C", 3), ("googletest", "CXX", 1)])
def test_an_example(name: str, language: str, count: int, tmp_path: Path) -> None:
    if language == "CXX" and not shutil.which("c++"):
        pytest.skip("there is no C++ compiler")
    run("cmake", "-S", CI / name, "-B", tmp_path, f"-DTLSMODEM={program_path('tlsmodem', 'TLSMODEM').resolve()}",
        f"-DCMAKE_{language}_FLAGS=-Werror")
    run("cmake", "--build", tmp_path)
    assert f"100% tests passed, 0 tests failed out of {count}" in run("ctest", "--test-dir", tmp_path, "--output-on-failure")


@pytest.mark.parametrize("name", ["ctest", "googletest"])
def test_the_readme_has_it(name: str) -> None:
    block = re.search(rf"\(`examples/ci/{name}`\).*?\n\n((?:    .*\n)+)", (REPOSITORY / "README.md").read_text())
    assert block
    assert re.sub("^    ", "", block[1], flags=re.MULTILINE) in (CI / name / "CMakeLists.txt").read_text()
