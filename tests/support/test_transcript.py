"""The parser of transcripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from .transcript import (Data, Echo, Escape, Expect, ExpectMatch, Nothing, OnPort, PeerStep,
                         PowerCycle, Transcript, TranscriptError, Type, Wait, WorldStep,
                         parse_file, printable_byte)

HEADER = "model HE910\nsource a test\n"
VARIABLES = {"port": b"4433", "ca_pem": b"-----BEGIN\nabc\n"}


def parse(folder: Path, text: str, header: str = HEADER) -> Transcript:
    path = folder / "some.at"
    path.write_text(header + text)
    return parse_file(path)


def only_step(folder: Path, line: str, header: str = HEADER) -> object:
    steps = parse(folder, line + "\n", header).steps
    assert len(steps) == 1
    return steps[0]


@pytest.mark.parametrize(("line", "expected"), [
    ("> AT", b"AT\r"),
    ("> AT#SSLD=1,${port},\"x\",0,0", b'AT#SSLD=1,4433,"x",0,0\r'),
    (r'> bytes "a\r\n\x1a\"\\\0"', b'a\r\n\x1a"\\\0'),
    (r'> bytes "\${port}"', b"${port}"),
    ('> data "${ca_pem}"', b"-----BEGIN\nabc\n"),
    ("> ctrl-z", b"\x1a"),
    ("> esc", b"\x1b"),
    ("> 10 bytes", b"0000000 ab"),
])
def test_typed(tmp_path: Path, line: str, expected: bytes) -> None:
    step = only_step(tmp_path, line)
    assert isinstance(step, Type)
    assert step.data.fill(VARIABLES)[0] == expected


@pytest.mark.parametrize(("line", "is_line", "is_payload"), [
    ("> AT", True, False), ('> data "x"', False, True), ('> bytes "x"', False, False),
    ("> ctrl-z", False, False), ("> 5 bytes", False, False), ("> data 5 bytes", False, True)])
def test_what_is_echoed(tmp_path: Path, line: str, is_line: bool, is_payload: bool) -> None:
    step = only_step(tmp_path, line)
    assert isinstance(step, Type)
    assert (step.is_line, step.is_payload) == (is_line, is_payload)


@pytest.mark.parametrize(("line", "expected"), [
    ("< OK", b"\r\nOK\r\n"),
    ("<| TIMEOUT", b"TIMEOUT\r\n"),
    ("<|  server", b" server\r\n"),
    ("< prompt", b"\r\n> "),
    (r'< bytes "0\r"', b"0\r"),
    ("< 3 bytes", b"000"),
    ("<| 3 bytes", b"000\r\n"),
    ("< 4 binary bytes", bytes((0, 7, 14, 21))),
    ('< "quoted"', b'\r\n"quoted"\r\n'),
    ("< port ${port}", b"\r\nport 4433\r\n"),
])
def test_expected(tmp_path: Path, line: str, expected: bytes) -> None:
    step = only_step(tmp_path, line)
    assert isinstance(step, Expect)
    assert step.data.fill(VARIABLES)[0] == expected


def test_information_and_final_result_are_framed_as_the_module_does(tmp_path: Path) -> None:
    steps = parse(tmp_path, "< #SSLRECV: 0\n<| TIMEOUT\n< OK\n").steps
    data = b"".join(step.data.fill({})[0] for step in steps if isinstance(step, Expect))
    assert data == b"\r\n#SSLRECV: 0\r\nTIMEOUT\r\n\r\nOK\r\n"


def test_counted_bytes_go_on_where_they_stopped(tmp_path: Path) -> None:
    first, second = parse(tmp_path, "< 300 bytes\n< 100 bytes\n").steps
    assert isinstance(first, Expect) and isinstance(second, Expect)
    head, position = first.data.fill({})
    tail, position = second.data.fill({}, position)
    assert head + tail == bytes(map(printable_byte, range(400)))
    assert position == 400


@pytest.mark.parametrize(("line", "kind", "member", "value"), [
    ("after 2s nothing", Nothing, "seconds", 2.0),
    ("after 200ms nothing", Nothing, "seconds", 0.2),
    ("wait 1.5s", Wait, "seconds", 1.5),
    ("escape", Escape, "text", "escape"),
    ("echo off", Echo, "on", False),
    ("power cycle", PowerCycle, "text", "power cycle"),
    ("power brown-out", WorldStep, "name", "brown-out"),
    ("set registration=denied", WorldStep, "name", "registration"),
    ("set operator=Two Words", WorldStep, "data", (Data((b"Two Words",)),)),
    ("ring", WorldStep, "data", (Data(()),)),
    ('ring "+49123"', WorldStep, "data", (Data((b"+49123",)),)),
    ("ring end", WorldStep, "name", "end"),
    (r'sms "12" "a \"b\""', WorldStep, "data", (Data((b"12",)), Data((b'a "b"',)))),
    ("context-lost", WorldStep, "word", "context-lost"),
])
def test_other_steps(tmp_path: Path, line: str, kind: type, member: str, value: object) -> None:
    step = only_step(tmp_path, line)
    assert isinstance(step, kind)
    assert getattr(step, member) == value


def test_regular_expression_names_variables(tmp_path: Path) -> None:
    step = only_step(tmp_path, r"<~ #SGACT: (?P<ip>\d+\.\d+)")
    assert isinstance(step, ExpectMatch)
    match = step.pattern.fullmatch("#SGACT: 10.1")
    assert match and match["ip"] == "10.1"


ONE_PEER = HEADER + "peer server port tls server\n"


@pytest.mark.parametrize(("line", "verb", "words"), [
    ("peer accepts", "accepts", ()),
    ("peer accepts 0301 002F", "accepts", ("0301", "002f")),
    ("peer fails TLS_EXPIRED", "fails", ("TLS_EXPIRED",)),
    ("peer fails TLS_ALERT 40", "fails", ("TLS_ALERT", "40")),
    ('peer gets "x"', "gets", ()),
    ("peer server gets 5 bytes", "gets", ()),
    ("peer gets close", "gets-close", ()),
    ("peer hangs up", "hangs-up", ()),
    ("peer corrupts", "corrupts", ()),
    ("peer offered max=0301", "offered", ("max=0301",)),
])
def test_peer_steps(tmp_path: Path, line: str, verb: str, words: tuple[str, ...]) -> None:
    step = only_step(tmp_path, line, ONE_PEER)
    assert isinstance(step, PeerStep)
    assert (step.peer, step.verb, step.words) == ("server", verb, words)


@pytest.mark.parametrize(("line", "member", "value"), [
    ("peer accepts resumed", "resumed", True),
    ("peer accepts 0303 full", "resumed", False),
    ("peer accepts 0303", "resumed", None),
    ("peer gets nothing 300ms", "seconds", 0.3),
    ("peer connected", "verb", "connected"),
])
def test_more_of_peer_steps(tmp_path: Path, line: str, member: str, value: object) -> None:
    assert getattr(only_step(tmp_path, line, ONE_PEER), member) == value


@pytest.mark.parametrize("verb", ["connects", "from"])
def test_ports_of_peer_steps(tmp_path: Path, verb: str) -> None:
    step = only_step(tmp_path, f"peer {verb} ${{port}}", HEADER + "peer a port tcp\n")
    assert isinstance(step, PeerStep)
    assert (step.verb, step.data.fill(VARIABLES)[0]) == (verb, b"4433")


def test_regular_expression_of_a_peers_line(tmp_path: Path) -> None:
    step = only_step(tmp_path, r"peer gets~ EHLO (?P<name>\S+)", HEADER + "peer a port tcp\n")
    assert isinstance(step, PeerStep) and step.verb == "gets~"
    match = step.pattern.fullmatch("EHLO me.test")
    assert match and match["name"] == "me.test"


def test_header_of_all_kinds_of_peers(tmp_path: Path) -> None:
    transcript = parse(tmp_path, "peer a p tcp\npeer b q udp\nport r\n"
                       "peer c s starttls server versions=0303\nping 192.0.2.1 40 61\n> AT\n")
    assert [plan.kind for plan in transcript.peers.values()] == ["tcp", "udp", "starttls"]
    assert transcript.free_ports == ["r"]
    assert transcript.pings == {"192.0.2.1": "40 61"}


def test_header(tmp_path: Path) -> None:
    transcript = parse(tmp_path, "state kept\nonly engine\nname far.test 192.0.2.1\n"
                       "peer a port_a tls server client=ca versions=0301\npeer b port_b refuse\n"
                       "peer c port_c raw http\n> AT\npeer a accepts\n")
    assert (transcript.model, transcript.source) == ("he910", "a test")
    assert transcript.state == "kept"
    assert transcript.runs_on("engine-bytes") and not transcript.runs_on("pty")
    assert transcript.names == {"far.test": "192.0.2.1"}
    assert transcript.wraps == {}
    assert transcript.peers["a"].options == {"client": "ca", "versions": "0301"}
    assert [plan.kind for plan in transcript.peers.values()] == ["tls", "refuse", "raw"]


def test_include_keeps_the_header_and_the_place(tmp_path: Path) -> None:
    (tmp_path / "ready.at").write_text("# comment\nsource another guide\n> AT\n< OK\n")
    transcript = parse(tmp_path, "include ready.at\n> ATI\n")
    assert transcript.source == "a test"
    assert [step.place for step in transcript.steps] == ["ready.at:3: > AT", "ready.at:4: < OK",
                                                         "some.at:4: > ATI"]


@pytest.mark.parametrize(("text", "why"), [
    ("says OK", "unknown word"),
    ("<", "nothing to expect"),
    ("after 2 nothing", "a time is"),
    ("after 2s", "after TIME nothing"),
    (r'> bytes "\q"', "unknown escape"),
    ("<~ (", "not a regular expression"),
    ("peer accepts", "no peer was declared"),
    ("peer a p tls x\npeer b q tls x\npeer accepts", "which peer"),
    ("peer a p tls x colour=red", "the options are"),
    ("peer a p tls x\npeer sings", "a peer connects"),
    ("peer a p tcp x", "or tcp, or udp"),
    ("peer a p tls", "or tcp, or udp"),
    ("peer a p tcp\npeer gets nothing", "a time is"),
    ("peer a p tcp\npeer from here", "a port is"),
    ("peer a p tls x\npeer accepts full 0301", "4 hexadecimal digits"),
    ("ping 192.0.2.1 never", "ping ADDRESS"),
    ("port 1 2", "port VARIABLE"),
    ("peer a p tcp\npeer gets~ (", "not a regular expression"),
    ("peer a p tls x\npeer sends x", "a peer's bytes"),
    ("peer a p tls x\npeer fails EXPIRED", "src/iface/tls.h"),
    ("include nowhere.at", "there is no"),
    ("include some.at", "includes itself"),
    ("state never", "none or kept"),
    ("set signal", "set NAME=VALUE"),
    ("power up", "power cycle, off"),
    ("ring 49123", "ring end"),
    ('sms "49123"', "sms"),
    ("context-lost 1", "stands alone"),
])
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(TranscriptError, match=why) as caught:
        parse(tmp_path, text + "\n")
    assert f"some.at:{2 + len(text.splitlines())}: " in str(caught.value)


def test_a_transcript_needs_a_source(tmp_path: Path) -> None:
    with pytest.raises(TranscriptError, match="source"):
        parse(tmp_path, "> AT\n", header="model he910\n")


def test_models(tmp_path: Path) -> None:
    text = "models HE910 le866 cipher=5\nmodels ge910 cipher=3 chunk=256\nsource a test\n> AT\n"
    transcript = parse(tmp_path, text, header="")
    assert list(transcript.models) == ["he910", "le866", "ge910"]
    assert transcript.model == "he910"
    assert transcript.models_on("engine-bytes") == ["he910", "le866", "ge910"]
    assert transcript.models_on("pty") == ["he910", "le866", "ge910"]
    assert transcript.models_on("pty-bytes") == ["he910", "ge910"]
    assert transcript.for_model("le866").variables == {"cipher": b"5"}
    assert transcript.for_model("ge910").variables == {"cipher": b"3", "chunk": b"256"}


def test_wrap(tmp_path: Path) -> None:
    transcript = parse(tmp_path, "wrap link down=236 up=118 rtt=600\nwrap other 5\n> AT\n")
    assert transcript.wraps == {"link": "down=236,up=118,rtt=600", "other": "5"}


@pytest.mark.parametrize("line", ["wrap", "wrap link", "wrap link rtt=5\nwrap link rtt=6", "linked rtt=5", "model he910", "models cipher=5", "on port 0", "on port two",
                                  "guard 1", "on 2"])
def test_bad_header(tmp_path: Path, line: str) -> None:
    with pytest.raises(TranscriptError):
        parse(tmp_path, line + "\n")


def test_ports_and_guard(tmp_path: Path) -> None:
    transcript = parse(tmp_path, "guard 400ms\non port 3\n> AT\non port 1\n")
    assert (transcript.ports, transcript.guard) == (3, 0.4)
    assert [step.port for step in transcript.steps if isinstance(step, OnPort)] == [3, 1]
