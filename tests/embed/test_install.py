"""make install and make uninstall, and the engine where there is nothing but CMake and a compiler."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from .conftest import BUILD, CC, ROOT, run

INSTALL = ROOT / "scripts/install"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project folder whose build/ is ours: what scripts/install needs of one."""
    for name in ("scripts", "cmake", "include"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "build").symlink_to(BUILD)
    return tmp_path


def install(tree: Path, *arguments: str | Path, destdir: Path | None = None, status: int = 0) -> str:
    return run([tree / "scripts/install", *arguments], status=status, cwd=tree,
               env={"DESTDIR": str(destdir or "")})


# That --help, the errors of the program and its pages name.
PAGES = ("README.md", "docs/transcripts.md", "docs/state.md", "docs/gateway.md", "docs/control.md", "docs/openapi.json", "docs/laboratory.md",
         "docs/facts/unconfirmed.md", "docs/commands/telit.md")


def files_in(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}


def test_uninstall_removes_what_install_put_there(tree: Path) -> None:
    destdir = tree / "package"
    others = destdir / "usr/include/other.h"
    others.parent.mkdir(parents=True)
    others.write_text("/* of somebody else */\n")
    install(tree, "/usr", destdir=destdir)
    there = files_in(destdir)
    assert {"usr/bin/tlsmodem", "usr/share/doc/tlsmodem/LICENSE", "usr/include/tlsmodem.h", "usr/include/tlsmodem/err.h"} <= there
    assert {f"usr/share/doc/tlsmodem/{page}" for page in PAGES} <= there
    assert "usr/share/man/man1/tlsmodemctl.1" in there
    assert not any(str(BUILD) in (destdir / name).read_text(errors="replace") for name in there
                   if name.endswith((".pc", ".cmake")))
    assert "removed" in install(tree, "--remove", "/usr", destdir=destdir)
    assert files_in(destdir) == {"usr/include/other.h"}
    assert not (destdir / "usr/include/tlsmodem").exists()


def test_a_read_only_place_is_named_and_nothing_is_there(tree: Path) -> None:
    """/proc takes no folder, even from root."""
    said = " ".join(install(tree, "/proc/nowhere", status=1).split())
    assert "cannot write to /proc/nowhere/" in said and "nothing was changed" in said


def test_one_place_that_cannot_be_written_to_stops_all(tree: Path) -> None:
    """The last one that is tried: what the others would have got is not there."""
    prefix = tree / "prefix"
    (prefix / "lib").mkdir(parents=True)
    (prefix / "lib/pkgconfig").symlink_to("/proc/nowhere")
    before = files_in(prefix)
    said = " ".join(install(tree, prefix, status=1).split())
    assert "lib/pkgconfig" in said
    assert files_in(prefix) == before and not (prefix / "bin").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_permission(tree: Path) -> None:
    prefix = tree / "prefix"
    prefix.mkdir(mode=0o555)
    assert "cannot write" in install(tree, prefix, status=1)


def test_a_prefix_that_is_none(tree: Path) -> None:
    assert "must be an absolute path" in install(tree, "usr", status=2)
    assert "must be an absolute path" in install(tree, status=2)


def test_make_hands_over_prefix_and_destdir() -> None:
    said = run(["make", "-n", "-C", ROOT, "install", "PREFIX=/opt/x", "DESTDIR=/tmp/y"])
    assert "DESTDIR='/tmp/y' ./scripts/install '/opt/x'" in said
    said = run(["make", "-n", "-C", ROOT, "uninstall", "PREFIX=/opt/x", "DESTDIR=/tmp/y"])
    assert "DESTDIR='/tmp/y' ./scripts/install --remove '/opt/x'" in said


def test_uninstall_where_nothing_is(tree: Path) -> None:
    assert "removed 0 files" in install(tree, "--remove", tree / "nothing")


def test_as_a_folder_of_another_project(tmp_path: Path) -> None:
    """add_subdirectory(): the engine, and nothing of ours but the library in all.  By Clang, where it is,
    which brings an objcopy of its own."""
    compiler = shutil.which("clang") or CC
    (tmp_path / "CMakeLists.txt").write_text(f"""cmake_minimum_required(VERSION 3.25)
        project(parent LANGUAGES C)
        set(TLSMODEM_POSIX OFF)
        add_subdirectory({ROOT} tlsmodem)
        add_executable(virtual_time {ROOT}/examples/embed-c/virtual_time.c)
        target_link_libraries(virtual_time PRIVATE tlsmodem::engine)
        """)
    build = tmp_path / "build"
    run(["cmake", "-S", tmp_path, "-B", build, f"-DCMAKE_C_COMPILER={compiler}", "-DCMAKE_BUILD_TYPE=Debug"])
    run(["cmake", "--build", build, "--parallel", "2"])
    run([build / "virtual_time"])
    assert not list(build.rglob("at_dictionary")) and not list(build.rglob("CTestTestfile.cmake"))
    seen = run(["nm", "-g", "--defined-only", "--format=posix", next(build.rglob("libtlsmodem.a"))])
    names = {line.split()[0] for line in seen.splitlines() if len(line.split()) > 1}
    assert "tlsmodem_err_text" in names and all(name.startswith("tlsmodem_") for name in names)


@pytest.mark.parametrize("switch, part", [
    ("LIBRARY", "tlsmodem_engine_library_shared"), ("POSIX", "posix_ports"), ("DAEMON", "tlsmodem"),
    ("TESTS", "at_dictionary"), ("BENCH", "bench_fast"), ("SSL3", "tls_mbedtls")])
def test_each_part_can_be_left_out(tmp_path: Path, switch: str, part: str) -> None:
    """And then the rest can be built: its build system is made without an error."""
    run(["cmake", "-G", "Unix Makefiles", "-S", ROOT, "-B", tmp_path, f"-DCMAKE_C_COMPILER={CC}",
         f"-DTLSMODEM_{switch}=OFF"])
    targets = run(["cmake", "--build", tmp_path, "--target", "help"])
    assert "... tlsmodem_engine" in targets
    assert f"... {part}\n" not in targets


def test_the_engine_needs_cmake_and_a_compiler(tmp_path: Path) -> None:
    """No pkg-config, Python, ninja or library in sight: a PATH with nothing else in it."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("cmake", "make", CC, "as", "ld", "ar", "ranlib", "nm", "objcopy", "strip", "sh"):
        found = shutil.which(name)
        assert found, name
        (tools / Path(name).name).symlink_to(found)
    env = {"PATH": str(tools), "CMAKE_C_COMPILER_LAUNCHER": "", "CMAKE_GENERATOR": ""}
    build = tmp_path / "build"
    said = run(["cmake", "-G", "Unix Makefiles", "-S", ROOT, "-B", build, "-DTLSMODEM_POSIX=OFF",
                f"-DCMAKE_C_COMPILER={tools / Path(CC).name}", "-DCMAKE_BUILD_TYPE=Debug",
                "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON"], env=env)
    assert "Error" not in said
    run(["cmake", "--build", build, "--parallel", "2"], env=env)
    run(["cmake", "--install", build, "--prefix", tmp_path / "prefix"], env=env)
    assert (tmp_path / "prefix/lib").is_dir() and not (tmp_path / "prefix/bin").exists()
    program = tmp_path / "virtual_time"
    run([CC, ROOT / "examples/embed-c/virtual_time.c", "-o", program, f"-I{tmp_path / 'prefix/include'}",
         next((tmp_path / "prefix").rglob("libtlsmodem.a"))])
    run([program])
