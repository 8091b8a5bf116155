#!/usr/bin/python3
"""A module fetches a page over HTTPS, as in Telit's SSL/TLS guide r12, chapter 5.4.6.

Starts a real web server (nginx) with a certificate of a CA made on the spot, and build/tlsmodem (or
the program that $TLSMODEM names) on a PTY, then types what the guide types and prints the
conversation as it happens.  After that it dials a second server, whose certificate comes from
another CA: the module must refuse it.  Exit status 0 when everything came out so, else 1.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.certs import make_certificates  # noqa: E402
from support.modem import Modem  # noqa: E402
from support.servers import Nginx, Request  # noqa: E402

PAGE = b"""\
<!DOCTYPE html>
<title>tlsmodem</title>
<p>This page came through a secure socket of a software HE910.</p>
"""
REQUEST = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"

FINAL = re.compile(rb"\r\n(OK|CONNECT|NO CARRIER|ERROR|\+CME ERROR: [^\r\n]*)\r\n\Z")
PROMPT = re.compile(rb"\r\n> \Z")
AT_MOST_S = 20.0


class Failed(Exception):
    """The demonstration did not come out as it should; the text is the reason."""


class Screen:
    """Prints the conversation, one line for each line of it, with the time of day."""

    COLOURS = {"host": "36", "module": "32", "demo": "2"}

    def __init__(self) -> None:
        self.colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def line(self, who: str, text: str) -> None:
        now = datetime.now().strftime("%H:%M:%S.%f")[:-3]
        sign = {"host": ">", "module": "<", "demo": "-"}[who]
        out = f"{now} {who:<6} {sign} {text}"
        if self.colour:
            out = f"\033[{self.COLOURS[who]}m{out}\033[0m"
        print(out, flush=True)

    def lines(self, who: str, data: bytes) -> None:
        for line in data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n"):
            if line:
                self.line(who, line)


class Conversation:
    """The host: types, and waits for what the module says."""

    def __init__(self, modem: Modem, screen: Screen) -> None:
        self.modem = modem
        self.screen = screen

    def command(self, line: str, expected: bytes = b"OK") -> bytes:
        """Types a command line, waits for its final result, which must be `expected`."""
        self.screen.line("host", line)
        answer = self._say(line.encode() + b"\r", FINAL)
        result = FINAL.search(answer)
        assert result is not None
        if not result[1].startswith(expected):
            raise Failed(f"{line} was answered by {result[1].decode()}, "
                         f"expected {expected.decode()}")
        return answer

    def store(self, line: str, pem: bytes) -> None:
        """A command that asks for security data: prompt, the data, Ctrl-Z."""
        self.screen.line("host", line)
        self._say(line.encode() + b"\r", PROMPT)
        first, *_, last = pem.decode().splitlines()
        self.screen.line("host", f"{first} … {last} <Ctrl-Z>")
        answer = self._say(pem, FINAL, unechoed=b"\x1a")
        if not answer.endswith(b"\r\nOK\r\n"):
            raise Failed("the certificate was not stored")

    def fetch(self, request: bytes) -> bytes:
        """Online mode: sends a request and reads until the server has closed."""
        self.screen.lines("host", request)
        self.modem.host.write(request)
        answer = self._listen(lambda data: data.endswith(b"\r\nNO CARRIER\r\n"), "NO CARRIER")
        return answer.removesuffix(b"\r\nNO CARRIER\r\n")

    def _say(self, data: bytes, end: re.Pattern[bytes], unechoed: bytes = b"") -> bytes:
        """Types `data`; gives the answer without the echo, which a person would see only once."""
        self.modem.host.write(data + unechoed)
        echo = self.modem.host.read(len(data), AT_MOST_S)
        if echo != data:
            raise Failed(f"the module's echo is {echo[:80]!r}")
        return self._listen(lambda answer: end.search(answer) is not None, "a final result")

    def _listen(self, is_complete: Callable[[bytes], bool], what: str) -> bytes:
        """Reads until the answer is complete; prints each line as soon as it is there."""
        deadline = time.monotonic() + AT_MOST_S
        answer = b""
        printed = 0
        while True:
            data = self.modem.host.pending()
            self.modem.host.drop(len(data))
            answer += data
            complete = is_complete(answer)
            upto = len(answer) if complete else answer.rfind(b"\n") + 1
            if upto > printed:
                self.screen.lines("module", answer[printed:upto])
                printed = upto
            if complete:
                return answer
            if not self.modem.host.wait_for_more(deadline - time.monotonic()):
                raise Failed(f"no {what} from the module within {AT_MOST_S:g} s, only {answer!r}")


def configure(talk: Conversation, ca_pem: bytes) -> None:
    """From power-on to a secure socket that checks its server."""
    talk.command("AT")
    talk.command("AT+CMEE=2")
    talk.command('AT+CGDCONT=1,"IP","internet"')
    talk.command("AT#SGACT=1,1")
    talk.command("AT#SSLEN=1,1")
    talk.command("AT#SSLSECCFG=1,0,1")
    talk.command("AT#SSLCFG=1,1,300,90,100,1")  # online data leaves after 0.1 s
    talk.store(f"AT#SSLSECDATA=1,1,1,{len(ca_pem)}", ca_pem)


def fetch_page(talk: Conversation, nginx: Nginx) -> Request:
    """The page, and what nginx says about the request."""
    talk.command(f'AT#SSLD=1,{nginx.port},"localhost",0,0', b"CONNECT")
    answer = talk.fetch(REQUEST)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise Failed(f"the server answered {head.splitlines()[:1]}")
    if body != PAGE:
        raise Failed("the page did not arrive as it is on the server")
    talk.command("AT#SSLS=1")
    return nginx.requests(1)[0]


def be_refused(talk: Conversation, stranger: Nginx) -> None:
    talk.screen.line("demo", "now a server whose certificate is not from the stored CA")
    talk.command(f'AT#SSLD=1,{stranger.port},"localhost",0,0',
                 b"+CME ERROR: SSL error during handshake")
    if stranger.requests():
        raise Failed("the module talked to a server that it must not trust")


def demonstrate(folder: Path) -> str:
    """Plays everything; gives the sentence that says what was proven."""
    screen = Screen()
    certificates = make_certificates(folder / "certificates")
    with (Nginx(folder, certificates, files={"index.html": PAGE}) as nginx,
          Nginx(folder, certificates, certificate="server_other_ca") as stranger,
          Modem("he910") as modem):
        screen.line("demo", f"nginx serves https://localhost:{nginx.port}/")
        for line in modem.ready_lines:
            screen.line("demo", f"tlsmodem: {line}")
        talk = Conversation(modem, screen)
        configure(talk, certificates.pem("ca").read_bytes())
        request = fetch_page(talk, nginx)
        be_refused(talk, stranger)
    return ("the module checked the certificates (one server accepted, a stranger refused) and "
            f"fetched the page; nginx saw {request.protocol} {request.cipher}, "
            f'"{request.line}" {request.status}')


def main() -> int:
    try:
        with tempfile.TemporaryDirectory(prefix="tlsmodem-demo-") as folder:
            proven = demonstrate(Path(folder))
    except (Failed, AssertionError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        print(f"demo: FAILED: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: interrupted", file=sys.stderr)
        return 1
    print(f"proven: {proven}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
