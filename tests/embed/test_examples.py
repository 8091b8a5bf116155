"""The examples, built as a reader would build them, from an installed copy."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.certs import Certificates
from support.servers import Nginx

from .conftest import CC, CXX, HAS_CXX, ROOT, Installed, need, run

EXAMPLES = ROOT / "examples"


@pytest.fixture(scope="module")
def server(certificates: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    with Nginx(tmp_path_factory.mktemp("nginx"), certificates) as started:
        yield started


@pytest.fixture(scope="module")
def embed_c(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by make and pkg-config."""
    folder = tmp_path_factory.mktemp("c") / "embed-c"
    shutil.copytree(EXAMPLES / "embed-c", folder)
    run(["make", "-C", folder, f"CC={CC}", "CFLAGS=-Wall -Wextra -Werror"], env=installed.env)
    return folder


@pytest.mark.parametrize("suffix", ["", "_static"])
def test_embed_c_links_statically(installed: Installed, tmp_path: Path, suffix: str) -> None:
    """find_package() for a C program, with either library of each kind."""
    (tmp_path / "CMakeLists.txt").write_text(f"""cmake_minimum_required(VERSION 3.16)
        project(static LANGUAGES C)
        find_package(tlsmodem REQUIRED COMPONENTS engine posix)
        add_executable(virtual_time {EXAMPLES}/embed-c/virtual_time.c)
        target_link_libraries(virtual_time PRIVATE tlsmodem::engine{suffix})
        add_executable(real_server {EXAMPLES}/embed-c/real_server.c)
        target_link_libraries(real_server PRIVATE tlsmodem::posix{suffix})
        """)
    run(["cmake", "-S", tmp_path, "-B", tmp_path / "build", f"-DCMAKE_C_COMPILER={CC}",
         f"-DCMAKE_PREFIX_PATH={installed.prefix}"])
    run(["cmake", "--build", tmp_path / "build"])
    needed = run(["objdump", "-p", tmp_path / "build/real_server"])
    assert ("NEEDED               libtlsmodem" in needed) == (suffix == "")
    run([tmp_path / "build/virtual_time"])


def test_virtual_time(installed: Installed, embed_c: Path) -> None:
    said = run([embed_c / "virtual_time"], env=installed.env)
    assert "CONNECT FAIL" in said


def test_real_server(installed: Installed, embed_c: Path, server: Nginx, certificates: Certificates) -> None:
    said = run([embed_c / "real_server", str(server.port), certificates.pem("ca")], env=installed.env)
    assert "Hello from nginx" in said


def test_real_server_of_another_ca(installed: Installed, embed_c: Path, server: Nginx,
                                   certificates: Certificates) -> None:
    said = run([embed_c / "real_server", str(server.port), certificates.pem("other_ca")], env=installed.env,
               status=1)
    assert "does not end at a stored CA certificate" in said


@pytest.mark.parametrize("wrong", [["nowhere"], ["1", "/nowhere.pem"]])
def test_real_server_says_how_it_is_used(installed: Installed, embed_c: Path, wrong: list[str]) -> None:
    assert "usage" in run([embed_c / "real_server", *wrong], env=installed.env, status=2)


def test_embed_cpp(installed: Installed, tmp_path: Path, server: Nginx, certificates: Certificates) -> None:
    """GoogleTest, built by CMake and find_package()."""
    need("C++", HAS_CXX)
    need("GoogleTest", Path("/usr/include/gtest/gtest.h").exists())
    build = tmp_path / "build"
    run(["cmake", "-S", EXAMPLES / "embed-cpp", "-B", build, f"-DCMAKE_CXX_COMPILER={CXX}",
         f"-DCMAKE_PREFIX_PATH={installed.prefix}", "-DCMAKE_CXX_FLAGS=-Werror"])
    run(["cmake", "--build", build])
    said = run(["ctest", "--test-dir", build, "--output-on-failure"],
               env={"TLSMODEM_EXAMPLE_PORT": str(server.port),
                    "TLSMODEM_EXAMPLE_CA": str(certificates.pem("ca"))})
    assert "100% tests passed, 0 tests failed out of 4" in said and "Skipped" not in said


def test_no_memory(installed: Installed, tmp_path: Path) -> None:
    """Each allocation of an embedding program fails in turn.  Its store is made 1,500 times: in memory,
    where there is a file system in memory."""
    program = tmp_path / "out_of_memory"
    run([CC, "-g", "-Wall", "-Wextra", "-Werror", "-fno-builtin", "-DWITH_POSIX",
         ROOT / "tests/embed/out_of_memory.c", "-o", program,
         *installed.flags("tlsmodem-posix"), *installed.flags("libuv")])
    assert "allocations" in run([program, "engine"], env=installed.env)
    with tempfile.TemporaryDirectory(dir=next(filter(os.path.isdir, ("/dev/shm", tmp_path)))) as folder:
        assert "allocations" in run([program, "posix", Path(folder) / "store"], env=installed.env)
