"""An embedding program sees names that begin with tlsmodem_ or TLSMODEM_, and no other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .conftest import CC, CXX, HAS_CXX, Installed, need, run

HEADERS = ("tlsmodem.h", "tlsmodem_control.h", "tlsmodem_posix.h")
WORD = re.compile(r"[A-Za-z_]\w*|\S")
OURS = re.compile(r"(?:tlsmodem|TLSMODEM)(?:_\w+)?")


def own_lines(preprocessed: str, folder: Path) -> Iterator[str]:
    """The lines that stand in a header of the folder, of a compiler's output with line markers."""
    own = False
    for line in preprocessed.splitlines():
        if marker := re.match(r'# \d+ "([^"]*)"', line):
            own = marker[1].startswith(str(folder))
        elif own:
            yield line


def macros(lines: list[str]) -> set[str]:
    return {found[1] for line in lines if (found := re.match(r"#define (\w+)", line))}


def after_attributes(code: str) -> str:
    return re.sub(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)", " ", code)


def declarations(lines: list[str]) -> dict[str, set[str]]:
    """Names that C code declares outside of functions and structs: tags, enumerators, typedefs, functions."""
    code = after_attributes("\n".join(line for line in lines if not line.startswith("#")))
    names: dict[str, set[str]] = {"tag": set(), "enumerator": set(), "typedef": set(), "function": set()}
    tokens = WORD.findall(code)
    depth, in_enum, head = 0, False, []
    for before, token, after in zip(["", *tokens], tokens, [*tokens[1:], ""]):
        if before in ("struct", "union", "enum") and token not in "{*":
            names["tag"].add(token)
        if token == "{":
            in_enum = depth == 0 and "enum" in head[-2:]
            depth += 1
        elif token == "}":
            depth -= 1
            in_enum = False
            if depth == 0 and "(" in head:  # the body of a function
                note(head, names)
                head = []
        elif in_enum and before in "{," and re.match(r"[A-Za-z_]", token):
            names["enumerator"].add(token)
        elif depth == 0 and token == ";":
            note(head, names)
            head = []
        elif depth == 0:
            head.append(token)
    return names


def note(head: list[str], names: dict[str, set[str]]) -> None:
    """Files what one declaration declares."""
    if not head:
        return
    kind = "typedef" if head[0] == "typedef" else "function"
    if "(" in head:
        names[kind].add(head[head.index("(") - 1])
    elif kind == "typedef":
        names[kind].add(head[-1])


def test_what_is_declared_is_found() -> None:
    """The reader below misses no kind of name."""
    source = """struct a { int no; }; struct b; enum c { D, E = 1 }; enum { F };
        typedef int g; typedef void h(int no); static inline int i(struct j *no) { int no; return no; }
        enum c k(void (*no)(int no)); const struct a *l(int no) __attribute__((format(printf, 1, 2)));"""
    assert declarations(source.splitlines()) == {
        "tag": set("abcj"), "enumerator": set("DEF"), "typedef": set("gh"), "function": set("ikl")}


@pytest.mark.parametrize("header", HEADERS)
def test_headers_define_no_other_name(installed: Installed, tmp_path: Path, header: str) -> None:
    source = tmp_path / "all.c"
    source.write_text(f"#include <{header}>\n")
    lines = list(own_lines(run([CC, "-E", "-dD", f"-I{installed.include}", source]), installed.include))
    found = declarations(lines)
    found["macro"] = macros(lines)
    assert min(len(names) for names in found.values()) > 3, "the reader sees nothing"
    assert {kind: {name for name in names if not OURS.fullmatch(name)} for kind, names in found.items()} == {
        kind: set() for kind in found}


def functions(installed: Installed, header: str) -> set[str]:
    """Functions that a header declares and a library has to have."""
    source = (installed.include / header).read_text()
    code = re.sub(r"/\*.*?\*/", " ", source, flags=re.DOTALL)
    return {found for found in re.findall(r"^(?!static|typedef|#)\w[^;{}()#]*?(\w+)\(", code, re.MULTILINE)}


def symbols(file: Path, *options: str) -> set[str]:
    """What a library defines for others to see."""
    lines = run(["nm", "--defined-only", "--format=posix", *options, file]).splitlines()
    return {line.split()[0].split("@")[0] for line in lines
            if not line.endswith(":") and line.split()[1] != "A"}


@pytest.mark.parametrize("name, headers", [
    ("libtlsmodem", ("tlsmodem.h", "tlsmodem_control.h", "tlsmodem/err.h", "tlsmodem/fault.h",
                      "tlsmodem/fault_kinds.h", "tlsmodem/log.h")),
    ("libtlsmodem-posix", ("tlsmodem_posix.h",))])
def test_libraries_show_what_headers_declare(installed: Installed, name: str,
                                             headers: tuple[str, ...]) -> None:
    declared = set().union(*(functions(installed, header) for header in headers))
    assert len(declared) > 10
    assert symbols(installed.lib / f"{name}.so", "--dynamic") == declared
    assert symbols(installed.lib / f"{name}.a", "--extern-only") == declared


def test_soname_names_the_interface(installed: Installed) -> None:
    for name in ("libtlsmodem", "libtlsmodem-posix"):
        dynamic = run(["objdump", "-p", installed.lib / f"{name}.so"])
        soname = re.search(r"SONAME\s+(\S+)", dynamic)
        assert soname and re.fullmatch(re.escape(name) + r"\.so\.\d+\.\d+", soname[1])
        assert (installed.lib / soname[1]).exists()


WARNINGS = ("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-pedantic", "-Werror")


@pytest.mark.parametrize("compiler, options", [
    (CC, ("-std=c99",)), (CC, ("-std=c11",)), (CXX, ("-x", "c++", "-std=c++11")),
    (CXX, ("-x", "c++", "-std=c++20"))])
def test_each_header_stands_alone(installed: Installed, tmp_path: Path, compiler: str,
                                  options: tuple[str, ...]) -> None:
    """Also in a program that wants no warnings; -I, for -isystem would hide them."""
    need("C++", compiler != CXX or HAS_CXX)
    for path in installed.include.rglob("*.h"):
        source = tmp_path / "one.c"
        source.write_text(f"#include <{path.relative_to(installed.include)}>\n")
        run([compiler, *options, *WARNINGS, "-fsyntax-only", f"-I{installed.include}", source])


# Both define what this project's own files call ERR_OK and http_parser_init.
NEIGHBOURS = ("#include <lwip/err.h>", "#include <http_parser.h>")
BESIDE = """
#include <stdio.h>
struct net { int mine; };
enum tls { mine };
int main(void)
{
    struct http_parser parser;
    struct net net = { 0 };

    http_parser_init(&parser, HTTP_RESPONSE);
    printf("%d %d %d %s\\n", ERR_MEM, net.mine, (int)parser.http_errno, tlsmodem_err_text(TLSMODEM_ERR_OK));
    tlsmodem_free(NULL);
    USE_POSIX;
    return tlsmodem_model_at(0) == NULL;
}
"""


@pytest.mark.parametrize("compiler, language", [(CC, "c"), (CXX, "c++")])
@pytest.mark.parametrize("ours_first", [True, False])
@pytest.mark.parametrize("kind", ["shared", "static", "posix"])
def test_beside_lwip_and_http_parser(installed: Installed, tmp_path: Path, compiler: str, language: str,
                                     ours_first: bool, kind: str) -> None:
    need("C++", compiler != CXX or HAS_CXX)
    for header in ("lwip/lwip/err.h", "http_parser.h"):
        need(header, (Path("/usr/include") / header).exists())
    posix = kind == "posix"
    ours = ("#include <tlsmodem_posix.h>" if posix else "#include <tlsmodem.h>",)
    includes = (*ours, *NEIGHBOURS) if ours_first else (*NEIGHBOURS, *ours)
    source = tmp_path / f"beside.{'cpp' if language == 'c++' else 'c'}"
    use = "tlsmodem_posix_modem_close(NULL)" if posix else "(void)0"
    source.write_text("\n".join(includes) + BESIDE.replace("USE_POSIX", use))
    flags = installed.flags("tlsmodem-posix" if posix else "tlsmodem")
    if kind == "static":
        flags = [flag.replace("-ltlsmodem", "-l:libtlsmodem.a") for flag in flags]
    program = tmp_path / "beside"
    run([compiler, "-Wall", "-Wextra", "-Werror", "-I/usr/include/lwip", source, "-o", program,
         "-Wl,--no-as-needed", "-lhttp_parser", *flags])
    assert run([program], env=installed.env) == "-1 0 0 no error\n"
