"""docs/openapi.json and the control port agree: each route, method and answer of the page is called and comes so,
and the port has none beyond.

Sources: docs/control.md; docs/openapi.json, which is made of the table of routes.
"""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.control import ControlPort
from support.modem import REPOSITORY, Modem
from support.patience import ANSWER_S
from support.servers import free_port

TOKEN = "0123456789abcdef0123456789abcdef"
PAGE = json.loads((REPOSITORY / "docs" / "openapi.json").read_text())
STREAMS_MAX = 8

ONE = "/v1/modems/{name}"
NOBODY = "nobody"

Ask = tuple[int, Any]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("control")
    token = folder / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    number = free_port()
    with Modem("m95", options=["--control", str(number), "--control-token-file", str(token)]):
        yield number


@pytest.fixture
def control(port: int) -> Iterator[ControlPort]:
    control = ControlPort(port, TOKEN)
    yield control
    control.act("m95", "power", do="on")
    control.done("POST", "/v1/reset")
    for modem in control.modems()[1:]:
        control.done("DELETE", f"/v1/modems/{modem['name']}")


def entry(name: str) -> dict[str, object]:
    return {"name": name, "module": "he910", "state": "none", "ports": [{"tcp": "127.0.0.1:0"}]}


def simple(method: str, path: str, body: object = None, name: str = "m95") -> Callable[[ControlPort], Ask]:
    return lambda control: control.ask(method, path.replace("{name}", name), body)


def after(*first: tuple[str, str, object], then: tuple[str, str, object]) -> Callable[[ControlPort], Ask]:
    def play(control: ControlPort) -> Ask:
        for method, path, body in first:
            control.done(method, path.replace("{name}", "m95"), body)
        return control.ask(then[0], then[1].replace("{name}", "m95"), then[2])
    return play


def stream(path: str) -> Callable[[ControlPort], Ask]:
    def play(control: ControlPort) -> Ask:
        with control.events(path):
            return 200, {}
    return play


def too_many_streams(control: ControlPort) -> Ask:
    with contextlib.ExitStack() as stack:
        for _ in range(STREAMS_MAX):
            stack.enter_context(control.events())
        return control.ask("GET", "/v1/events")


OFF = ("POST", ONE + "/power", {"do": "off"})
ACTS: dict[str, tuple[object, object]] = {  # what is good, and what is bad
    "power": ({"do": "reset"}, {"do": "up"}), "ring": ({"caller": "+49170"}, {"caller": "me"}), "ring-end": (None, {"x": 1}),
    "sms": ({"from": "1", "text": "x"}, {"from": "1"}), "context-lost": ({}, {"cid": 99})}

RECIPES: dict[tuple[str, str, int], Callable[[ControlPort], Ask]] = {
    ("get", "/v1/modems", 200): simple("GET", "/v1/modems"),
    ("post", "/v1/modems", 201): simple("POST", "/v1/modems", entry("more")),
    ("post", "/v1/modems", 400): simple("POST", "/v1/modems", {"module": "none"}),
    ("post", "/v1/modems", 409): simple("POST", "/v1/modems", entry("m95")),
    ("post", "/v1/reset", 200): simple("POST", "/v1/reset"),
    ("get", "/v1/events", 200): stream("/v1/events"),
    ("get", "/v1/events", 404): simple("GET", "/v1/events?modem=nobody"),
    ("get", "/v1/events", 503): too_many_streams,
    ("get", ONE, 200): simple("GET", ONE),
    ("patch", ONE, 200): simple("PATCH", ONE, {"signal": 3}),
    ("patch", ONE, 400): simple("PATCH", ONE, {"signal": 32}),
    ("patch", ONE, 409): after(OFF, then=("PATCH", ONE, {"attached": True})),
    ("delete", ONE, 200): after(("POST", "/v1/modems", entry("more")), then=("DELETE", "/v1/modems/more", None)),
    ("delete", ONE, 409): simple("DELETE", ONE),
    ("get", ONE + "/journal", 200): simple("GET", ONE + "/journal"),
    ("get", ONE + "/journal", 400): simple("GET", ONE + "/journal?after=x"),
    **{("post", f"{ONE}/{act}", 200): simple("POST", f"{ONE}/{act}", good) for act, (good, _) in ACTS.items()},
    **{("post", f"{ONE}/{act}", 400): simple("POST", f"{ONE}/{act}", bad) for act, (_, bad) in ACTS.items()},
    **{("post", f"{ONE}/{act}", 409): after(OFF, then=("POST", f"{ONE}/{act}", good)) for act, (good, _) in ACTS.items()},
    ("put", ONE + "/link", 200): simple("PUT", ONE + "/link", {"name": "gprs"}),
    ("put", ONE + "/link", 400): simple("PUT", ONE + "/link", {"name": "none at all"}),
    ("delete", ONE + "/link", 200): simple("DELETE", ONE + "/link"),
    ("get", ONE + "/faults", 200): simple("GET", ONE + "/faults"),
    ("post", ONE + "/faults", 201): simple("POST", ONE + "/faults", {"type": "refused"}),
    ("post", ONE + "/faults", 400): simple("POST", ONE + "/faults", {"type": "frob"}),
    ("post", ONE + "/faults", 409): after(*[("POST", ONE + "/faults", {"type": "refused"})] * 64, then=("POST", ONE + "/faults", {"type": "refused"})),
    ("delete", ONE + "/faults", 200): simple("DELETE", ONE + "/faults"),
    ("delete", ONE + "/faults", 400): simple("DELETE", ONE + "/faults?number=x"),
    ("post", ONE + "/ring-end", 200): after(("POST", ONE + "/ring", {}), then=("POST", ONE + "/ring-end", None)),
}


def on_page() -> list[tuple[str, str, int]]:
    return [(method, path, int(code)) for path, methods in PAGE["paths"].items()
            for method, operation in methods.items() for code in operation["responses"]]



def recipe(method: str, path: str, code: int) -> Callable[[ControlPort], Ask]:
    upper = method.upper()
    if code == 401:
        return lambda control: ControlPort(control.at, "wrong" * 5).ask(upper, path.replace("{name}", "m95"))
    if code == 403:
        return lambda control: control.ask(upper, path.replace("{name}", "m95"), headers={"Origin": "http://evil.example"})
    if code == 413:
        return simple(upper, path, b" " * 65537)
    if code == 404 and "{name}" in path:
        good = ACTS.get(path.rsplit("/", 1)[1], ({}, {}))[0]
        return simple(upper, path, None if method == "get" else good, NOBODY)
    return RECIPES[method, path, code]


@pytest.mark.parametrize(("method", "path", "code"), on_page())
def test_each_answer_of_the_page_comes(control: ControlPort, method: str, path: str, code: int) -> None:
    if (path, code) == (ONE + "/context-lost", 200):
        pytest.skip("of a modem whose host has a context up: the next test")
    status, answer = recipe(method, path, code)(control)
    assert status == code, answer
    if status >= 400:
        assert list(answer) == ["error"]


def test_a_context_is_lost(tmp_path: Path) -> None:
    modem = Modem("m95")
    modem.options = ["--control", f"unix:{modem.folder / 'control'}"]
    with modem:
        for line in (b"AT+QIREGAPP\r", b"AT+QIACT\r"):
            modem.host.write(line)
            modem.host.read_until(b"OK\r\n")
        control = ControlPort(modem.folder / "control")
        assert control.modem("m95")["contexts"] == [1]
        status, answer = control.ask("POST", "/v1/modems/m95/context-lost", {})
        assert (status, answer["contexts"]) == (200, [])
        modem.host.read_until(b"+PDP DEACT\r\n")


def test_no_recipe_is_for_nothing() -> None:
    assert set(RECIPES) <= set(on_page())


@pytest.mark.parametrize("path", sorted(PAGE["paths"]))
def test_other_methods_are_refused(control: ControlPort, path: str) -> None:
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
        if method.lower() not in PAGE["paths"][path]:
            assert control.ask(method, path.replace("{name}", "m95"))[0] == 405, method


def test_the_server_shows_the_page(control: ControlPort) -> None:
    assert control.ask("GET", "/v1/openapi.json") == (200, PAGE)


def test_a_head_has_no_body(port: int) -> None:
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_S)) as connection:
        connection.request("HEAD", "/v1/modems", headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_the_page_is_whole() -> None:
    """What OpenAPI 3.0 asks for: a title, answers, parameters of paths, and no reference that leads nowhere."""
    assert PAGE["openapi"].startswith("3.0.") and PAGE["info"]["title"] and PAGE["info"]["version"]
    for name in references(PAGE):
        assert name.removeprefix("#/components/schemas/") in PAGE["components"]["schemas"]
    for path, methods in PAGE["paths"].items():
        for operation in methods.values():
            named = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
            assert named == ({"name"} if "{name}" in path else set())
            assert all(answer["description"] for answer in operation["responses"].values())
