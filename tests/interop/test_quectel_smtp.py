"""Quectel's mail commands with Exim: what was put together is what arrives.

Source: docs/facts/quectel.md §4; GSM_SSL_TCP_Application_Note V3.1 §2.2.1.
"""

from __future__ import annotations

import datetime
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from email.message import EmailMessage
from typing import Any

import pytest

from support.certs import Certificates
from support.mail_server import DOMAIN, PASSWORD, REFUSED, USER, Exim
from support.modem import Modem
from support.servers import refused_port

from .driver import final
from .kept import Kept
from .observe import LogMark
from .quectel_driver import QuectelDriver

Start = Callable[..., Exim]

PLAIN, TLS, STARTTLS = range(3)  # "smtpstyle"
TO, CC, BCC = 1, 2, 3
ASCII, UTF_8 = 0, 1

SENT, GENERAL, DNS, CONNECT, TLS_FAILED, AUTH, RECIPIENT, DATA, TIMEOUT, NETWORK = range(0, -10, -1)

GUARD_REGISTER, GUARD_S = 20, 0.5  # S12, in fiftieths of a second
SECONDS = 30

STYLES = pytest.mark.parametrize("style", [PLAIN, TLS, STARTTLS], ids=["plain", "tls", "starttls"])

# Lines that a careless client breaks: dots, dashes, results of the module, an escape sequence.
BODY = b".\r\n..\r\n.leading\r\n--dashes\r\n\r\n+++ \r\nOK\r\nlast line without an end"
BINARY = bytes(range(256)) * 30 + b"\r\n.\r\n+++\x1a"


class MailDriver(QuectelDriver):
    """A host that writes mails."""

    def account(self, port: int, *, host: str = "localhost", user: str = USER,
                password: str = PASSWORD) -> MailDriver:
        self.ok(f'AT+QSMTPSRV="{host}",{port}')
        self.ok(f'AT+QSMTPUSER="{user}"')
        self.ok(f'AT+QSMTPPWD="{password}"')
        self.ok('AT+QSMTPADDR="meter@x.test"')
        return self

    def style(self, style: int, **settings: object) -> MailDriver:
        self.ok('AT+QSSLCFG="ignorertctime",1')
        self.configure(2, **settings)  # type: ignore[arg-type]
        self.ok(f'AT+QSSLCFG="smtpstyle",{style}')
        self.ok('AT+QSSLCFG="smtpsctxi",2')
        return self

    def write(self, body: bytes, subject: str = "Hello", *, charset: int = ASCII,
              to: Sequence[str] = (f"bob@{DOMAIN}",)) -> MailDriver:
        for address in to:
            self.add(TO, address)
        self.host.write(f'AT+QSMTPSUB={charset},"{subject}"\r'.encode())
        self.expect("OK")
        self.type("AT+QSMTPBODY=1,60")
        self.host.expect_exact(b"\r\nOK\r\n\r\nCONNECT\r\n")
        self.host.write(body)
        self.host.silence(GUARD_S)
        self.host.write(b"+++")
        self.host.expect_exact(f"\r\n+QSMTPBODY: {len(body)}\r\n".encode() + final("OK"))
        return self

    def add(self, kind: int, address: str) -> None:
        self.ok(f'AT+QSMTPDST=1,{kind},"{address}"')
        self.expect("+QSMTPDST: 0")

    def attach(self, name: str, data: bytes) -> MailDriver:  # type: ignore[override]
        self.type(f'AT+QSMTPATT="{name}",{len(data)},30')
        self.expect("CONNECT")
        self.host.write(data)
        self.host.expect_exact(f"\r\n+QSMTPATT: {len(data)}\r\n".encode() + final("OK"))
        return self

    def put(self, result: int = SENT, seconds: int = SECONDS) -> None:
        self.ok(f"AT+QSMTPPUT={seconds}")
        self.expect(f"+QSMTPPUT: {result}", seconds + 10)


@pytest.fixture
def modem() -> Iterator[Modem]:
    with Modem(model="m95", options=["--trace", "at"]) as started:
        yield started


@pytest.fixture
def driver(modem: Modem) -> MailDriver:
    driver = MailDriver(modem)
    driver.begin()
    driver.ok(f"ATS12={GUARD_REGISTER}")
    return driver


@pytest.fixture
def exim(certificates: Certificates, kept: Kept) -> Start:
    """Starts an Exim with these options, one for each set of options in the file."""
    def make_exim(**options: Any) -> Exim:
        return Exim(certificates, **options)
    return kept.starter(make_exim)


def port_of(server: Exim, style: int) -> int:
    return server.tls_port if style == TLS else server.port


def addresses(mail: EmailMessage, field: str) -> list[tuple[str, str]]:
    return [(one.display_name, one.addr_spec) for one in mail[field].addresses]


def text_of(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


@pytest.mark.parametrize("style, login", [
    (PLAIN, "LOGIN"), (PLAIN, "PLAIN"), (TLS, "PLAIN"), (STARTTLS, "LOGIN")])
def test_mail_with_attachments(driver: MailDriver, exim: Start, style: int, login: str) -> None:
    """Text, two attachments and a name, to three people in three ways."""
    server = exim(logins=(login,))
    driver.account(port_of(server, style)).style(style)
    driver.ok('AT+QSMTPNAME="Meter 7"')
    driver.add(CC, f"carol@{DOMAIN}")
    driver.add(BCC, f"dave@{DOMAIN}")
    driver.write(BODY).attach("data.bin", BINARY).attach("one.txt", b"1")
    driver.put()
    for user in ("bob", "carol", "dave"):
        mail, = server.mails(user)
        assert addresses(mail, "From") == [("Meter 7", "meter@x.test")]
        assert addresses(mail, "To") == [("", f"bob@{DOMAIN}")]
        assert addresses(mail, "Cc") == [("", f"carol@{DOMAIN}")]
        assert mail["Bcc"] is None
        assert mail["Subject"] == "Hello" and mail["Message-ID"].endswith("@x.test>")
        assert mail["Return-path"] == "<meter@x.test>"
        assert abs((mail["Date"].datetime - datetime.datetime(
            2026, 5, 1, 12, tzinfo=datetime.timezone.utc)).total_seconds()) < 300
        text, data, one = mail.iter_parts()
        assert text_of(text).rstrip(b"\n") == BODY
        assert (data.get_filename(), text_of(data)) == ("data.bin", BINARY)
        assert (one.get_filename(), text_of(one)) == ("one.txt", b"1")
        assert ("with esmtpa" if style == PLAIN else "with esmtpsa") in mail["Received"]


def test_plain_text(driver: MailDriver, exim: Start) -> None:
    """Without attachments the text goes as it is, and a second mail with what was left."""
    server = exim()
    driver.account(server.port, user="").write(BODY)
    driver.put()
    driver.put()
    first, second = server.mails("bob", 2)
    for mail in (first, second):
        assert mail.get_content_type() == "text/plain"
        assert mail["Content-Transfer-Encoding"] == "7bit"
        assert text_of(mail).replace(b"\r\n", b"\n").rstrip(b"\n") == BODY.replace(b"\r\n", b"\n")
    assert first["Message-ID"] != second["Message-ID"]


def test_utf8(driver: MailDriver, exim: Start) -> None:
    subject, body = "Grüße aus Zähler №7 " * 5, "Zählerstand: 4711 m³\r\n" * 20
    server = exim()
    driver.account(server.port, user="").write(body.encode(), subject.strip(), charset=UTF_8)
    driver.put()
    mail, = server.mails("bob")
    assert mail["Subject"] == subject.strip()
    assert mail.get_content().replace("\r\n", "\n") == body.replace("\r\n", "\n")


def test_longest(driver: MailDriver, exim: Start) -> None:
    """As much as fits: 10240 bytes of text, five attachments of 32768 bytes."""
    server = exim()
    body = (b"x" * 78 + b"\r\n") * 128
    data = bytes(range(256)) * 128
    driver.account(server.port, user="").write(body)
    for number in range(5):
        driver.attach(f"{number}.bin", data)
    driver.type('AT+QSMTPATT="6.bin",1')
    driver.expect("+CME ERROR: 4008")
    driver.put()
    mail, = server.mails("bob")
    text, *attached = mail.iter_parts()
    assert text_of(text).replace(b"\r\n", b"\n").rstrip(b"\n") == body.replace(
        b"\r\n", b"\n").rstrip(b"\n")
    assert [text_of(part) for part in attached] == [data] * 5


@STYLES
def test_wrong_password(driver: MailDriver, exim: Start, style: int) -> None:
    server = exim(logins=("PLAIN",))
    driver.account(port_of(server, style), password="guess").style(style).write(b"x")
    driver.put(AUTH)
    driver.account(port_of(server, style), user="")
    driver.put(RECIPIENT)  # Exim refuses the sender who has not logged in
    driver.account(port_of(server, style))
    driver.put()
    server.mails("bob")


def test_login_that_is_not_offered(driver: MailDriver, exim: Start) -> None:
    driver.account(exim().port).write(b"x")
    driver.put(AUTH)


def test_refused_recipient(driver: MailDriver, exim: Start) -> None:
    """One that is refused, and nobody gets it."""
    server = exim()
    driver.account(server.port, user="")
    driver.write(b"x", to=[f"bob@{DOMAIN}", f"{REFUSED}@{DOMAIN}"])
    driver.put(RECIPIENT)
    driver.ok(f'AT+QSMTPDST=0,{TO},"{REFUSED}@{DOMAIN}"')
    driver.put()
    assert len(server.mails("bob")) == 1


def test_too_large(driver: MailDriver, exim: Start) -> None:
    """Refused after its last line."""
    driver.account(exim(size_limit="1K").port, user="").write(b"x" * 2000)
    driver.put(DATA)


def test_no_starttls(driver: MailDriver, exim: Start) -> None:
    """A server without it gets neither login nor mail."""
    server = exim(logins=("PLAIN",), starttls=False)
    driver.account(server.port).style(STARTTLS).write(b"x")
    driver.put(TLS_FAILED)
    assert "A=" not in server.log()


@pytest.mark.parametrize("style", [TLS, STARTTLS], ids=["tls", "starttls"])
def test_certificates(driver: MailDriver, exim: Start, certificates: Certificates,
                      style: int) -> None:
    """Checked as the context says."""
    good, bad = exim(), exim(certificate="server_other_ca")
    driver.upload_all(certificates)
    driver.account(port_of(bad, style), user="").style(style, seclevel=1).write(b"x")
    driver.put(TLS_FAILED)
    driver.account(port_of(good, style), user="")
    driver.put()
    good.mails("bob")


# GnuTLS's words for a server of TLS 1.2 that would rather take 0x003C, which is none of table 2.
PREFERS_ANOTHER = ("NONE:+VERS-TLS1.2:+RSA:+AES-128-CBC:+SHA256:+SHA1:+COMP-NULL:+SIGN-ALL:"
                   "+GROUP-ALL:%SERVER_PRECEDENCE")


@pytest.mark.parametrize("style", [TLS, STARTTLS], ids=["tls", "starttls"])
def test_server_that_prefers_another_suite(driver: MailDriver, exim: Start, style: int) -> None:
    """It is dialled again; with STARTTLS the conversation begins anew."""
    server = exim(logins=("PLAIN",), ciphers=PREFERS_ANOTHER)
    driver.account(port_of(server, style)).style(style).write(b"x")
    mark = LogMark(driver.modem)
    driver.put()
    server.mails("bob")
    assert any("dialled again" in line for line in mark.warnings())


def test_wrong_style(driver: MailDriver, exim: Start) -> None:
    """TLS where the server waits in the clear, and the other way round."""
    server = exim()
    driver.account(server.port, user="").style(TLS).write(b"x")
    driver.put(TLS_FAILED)
    driver.ok('AT+QSSLCFG="smtpstyle",0')
    driver.account(server.tls_port, user="")
    driver.put(TIMEOUT, 3)


def test_no_server(driver: MailDriver) -> None:
    driver.account(refused_port(), user="").write(b"x")
    driver.put(CONNECT)
    driver.account(25, host="nowhere.invalid", user="")
    driver.put(DNS)


# A server that leaves at each step

REPLIES = [b"220 here\r\n", b"250-here\r\n250 AUTH LOGIN\r\n", b"334 \r\n", b"334 \r\n",
           b"235 yes\r\n", b"250 yes\r\n", b"250 yes\r\n", b"354 go\r\n"]


class Leaving:
    """Answers so many lines, then closes, with a reset if told so."""

    def __init__(self, replies: Sequence[bytes], reset: bool) -> None:
        self.replies = replies
        self.reset = reset
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Leaving:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.thread.join(10)
        self.listener.close()

    def _serve(self) -> None:
        connection, _ = self.listener.accept()
        # The module may leave first.
        with suppress(ConnectionError), connection, connection.makefile("rb") as lines:
            for number, reply in enumerate(self.replies):
                if number > 0:
                    lines.readline()
                connection.sendall(reply)
            if self.replies:
                lines.readline()
            if self.reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                      b"\1\0\0\0\0\0\0\0")


@pytest.mark.parametrize("reset", [False, True], ids=["closes", "resets"])
def test_server_leaves(driver: MailDriver, reset: bool) -> None:
    driver.account(1, host="127.0.0.1").write(b"x" * 3000)
    for count in range(len(REPLIES) + 1):
        with Leaving(REPLIES[:count], reset) as server:
            driver.ok(f'AT+QSMTPSRV="127.0.0.1",{server.port}')
            driver.ok(f"AT+QSMTPPUT={SECONDS}")
            # A reset at accept may be the connection's failure.
            assert driver.line() in (f"+QSMTPPUT: {NETWORK}",
                                     f"+QSMTPPUT: {CONNECT if count == 0 and reset else NETWORK}")


def test_a_greeting_without_end(driver: MailDriver) -> None:
    """A server that never comes to its last line keeps neither the mail nor the module."""
    driver.account(1, host="127.0.0.1").write(b"x")
    with Leaving([b"220-and so on\r\n" * 10000], False) as server:
        driver.ok(f'AT+QSMTPSRV="127.0.0.1",{server.port}')
        driver.ok("AT+QSMTPPUT=60")
        driver.expect(f"+QSMTPPUT: {GENERAL}")
        driver.is_ready()
