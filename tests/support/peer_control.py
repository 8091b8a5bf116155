"""The peers of a transcript on sockets, told each step."""

from __future__ import annotations

import ssl

from .certs import Certificates
from .modem import show, show_difference
from .patience import ANSWER_S
from .plain_peers import PlainPeer, StartTlsPeer, UdpPeer
from .servers import Misbehaviour, Peer, PeerError, RawPeer
from .transcript import PeerPlan


class PeerControl:
    """One peer of a transcript; a step that a kind of peer does not have is a mistake."""

    def connected(self) -> None:
        """The module has a connection to it, perhaps without TLS yet."""
        self.no_such("connected")

    def connects(self, port: int) -> None:
        """It connects to a port that the module listens on."""
        self.no_such("connects")

    def accepts(self, version: str, suite: str, resumed: bool | None) -> None:
        """The TLS handshake succeeds, with these where they are given; TCP: the same as
        connected()."""
        self.no_such("accepts")

    def fails(self, reason: str, alert: str) -> None:
        self.no_such("fails")

    def sends(self, data: bytes) -> None:
        self.no_such("sends")

    def gets(self, data: bytes) -> None:
        self.no_such("gets")

    def gets_line(self) -> bytes:
        """The next line, without its end; what came when no end comes."""
        raise PeerError("this kind of peer gets no lines")

    def gets_nothing(self, seconds: float) -> None:
        """Nothing comes from the module in this time."""
        self.no_such("gets nothing")

    def gets_close(self) -> None:
        self.no_such("gets close")

    def closes(self) -> None:
        self.no_such("closes")

    def hangs_up(self) -> None:
        self.no_such("hangs up")

    def resets(self) -> None:
        self.no_such("resets")

    def corrupts(self) -> None:
        """Sends a record that cannot be decrypted."""
        self.no_such("corrupts")

    def offered(self) -> dict[str, str]:
        """What the module offered; keys that this back end cannot see are left out."""
        raise PeerError("this kind of peer sees no offer")

    def client(self, subject: str) -> None:
        """The module showed its client certificate."""
        self.no_such("client")

    def module_port(self) -> int:
        """The module's own port of the connection."""
        raise PeerError("this kind of peer does not know the module's port")

    def unread(self) -> bytes:
        """What the peer got that no step asked for."""
        return b""

    @staticmethod
    def no_such(step: str) -> None:
        raise PeerError(f"this kind of peer has no step {step!r}")


def check_bytes(expected: bytes, got: bytes) -> None:
    """The peer got exactly these."""
    if got != expected:
        raise PeerError("the peer got something else\n" + show_difference(expected, got))


# On sockets

OPENSSL_VERSIONS = {"0301": ssl.TLSVersion.TLSv1, "0302": ssl.TLSVersion.TLSv1_1,
                    "0303": ssl.TLSVersion.TLSv1_2, "0304": ssl.TLSVersion.TLSv1_3}
VERSION_NAMES = {"TLSv1": "0301", "TLSv1.1": "0302", "TLSv1.2": "0303", "TLSv1.3": "0304"}


def make_tls_peer(plan: PeerPlan, certificates: Certificates) -> Peer:
    """The TLS peer that a header line describes."""
    more: dict[str, object] = {}
    if "client" in plan.options:
        more["client_ca"] = plan.options["client"]
    if "ciphers" in plan.options:
        more["ciphers"] = plan.options["ciphers"]
    if "versions" in plan.options:
        oldest, _, newest = plan.options["versions"].partition("-")
        more["versions"] = OPENSSL_VERSIONS[oldest], OPENSSL_VERSIONS[newest or oldest]
    kind = StartTlsPeer if plan.kind == "starttls" else Peer
    return kind(certificates, certificate=plan.argument, **more)  # type: ignore[arg-type]


class RealPeer(PeerControl):
    """A peer on a TCP socket."""

    def __init__(self, server: RawPeer, plan: PeerPlan) -> None:
        self.server = server
        self.plan = plan

    @property
    def tls(self) -> Peer:
        if not isinstance(self.server, Peer):
            raise PeerError(f"peer {self.plan.name} does not speak TLS")
        return self.server

    @property
    def talker(self) -> Peer | PlainPeer:
        if not isinstance(self.server, (Peer, PlainPeer)):
            raise PeerError(f"peer {self.plan.name} does not talk")
        return self.server

    def connected(self) -> None:
        if not isinstance(self.server, PlainPeer):
            self.no_such("connected")
        self.server.accept(ANSWER_S)

    def connects(self, port: int) -> None:
        if not isinstance(self.server, PlainPeer):
            self.no_such("connects")
        else:
            self.server.connect(port, ANSWER_S)

    def accepts(self, version: str, suite: str, resumed: bool | None) -> None:
        if self.plan.kind == "tcp":
            self.connected()
            return
        self.tls.handshake(ANSWER_S)
        if version and VERSION_NAMES[self.tls.version] != version:
            raise PeerError(f"negotiated {self.tls.version}, expected {version}")
        if suite and self.tls.suite != int(suite, 16):
            raise PeerError(f"negotiated {self.tls.cipher} ({self.tls.suite:04x}), "
                            f"expected {suite}")
        if resumed is not None and bool(self.tls.tls.session_reused) is not resumed:
            raise PeerError("the session was not resumed" if resumed else "it was resumed")

    def fails(self, reason: str, alert: str) -> None:
        """The reason comes about by itself: by the certificate, the ciphers or the misbehaviour."""
        if self.plan.kind != "raw":
            self.tls.fail_handshake(ANSWER_S)
        else:
            way = Misbehaviour.named(self.plan.argument)
            self.server.accept(ANSWER_S)
            way(self.server)

    def sends(self, data: bytes) -> None:
        self.talker.send(data)

    def gets(self, data: bytes) -> None:
        got = self.talker.receive(len(data), ANSWER_S)
        if got != data:
            raise PeerError("the peer got something else\n"
                            + show_difference(data, got + self.talker.unread()))

    def gets_line(self) -> bytes:
        line = b""
        while (byte := self.talker.receive(1, ANSWER_S)) not in (b"", b"\n"):
            line += byte
        return line.removesuffix(b"\r")

    def gets_nothing(self, seconds: float) -> None:
        if got := self.talker.receive(1, seconds):
            raise PeerError(f"the peer got {show(got + self.talker.unread())!r}")

    def gets_close(self) -> None:
        self.talker.expect_end(ANSWER_S)

    def closes(self) -> None:
        self.talker.close()

    def hangs_up(self) -> None:
        self.server.hang_up()

    def resets(self) -> None:
        self.server.reset()

    def corrupts(self) -> None:
        self.tls.send_corrupt_record()

    def offered(self) -> dict[str, str]:
        offer = self.tls.offer
        return {"max": f"{offer.version:04x}", "sni": "1" if offer.server_name else "0",
                "suites": ",".join(f"{suite:04x}" for suite in offer.suites)}

    def client(self, subject: str) -> None:
        if self.tls.client_subject != subject:
            raise PeerError(f"the client certificate is of {self.tls.client_subject!r}")

    def module_port(self) -> int:
        port: int = self.server.connection.getpeername()[1]
        return port

    def unread(self) -> bytes:
        return self.server.unread() if isinstance(self.server, (Peer, PlainPeer)) else b""


class RealUdpPeer(PeerControl):
    """A peer on a UDP socket."""

    def __init__(self, server: UdpPeer) -> None:
        self.server = server

    def sends(self, data: bytes) -> None:
        self.server.send(data)

    def gets(self, data: bytes) -> None:
        check_bytes(data, self.server.receive(ANSWER_S) or b"")

    def gets_nothing(self, seconds: float) -> None:
        if got := self.server.receive(seconds):
            raise PeerError(f"the peer got {show(got)!r}")

    def module_port(self) -> int:
        if self.server.module is None:
            raise PeerError("the module has sent no datagram")
        return self.server.module[1]

    def unread(self) -> bytes:
        return self.server.receive(0) or b""


def make_real_peer(plan: PeerPlan, certificates: Certificates) -> RealPeer | RealUdpPeer:
    """The peer on a socket that a header line describes; not for `refuse`."""
    if plan.kind == "udp":
        return RealUdpPeer(UdpPeer())
    if plan.kind == "tcp":
        return RealPeer(PlainPeer(), plan)
    if plan.kind == "raw":
        return RealPeer(RawPeer(), plan)
    return RealPeer(make_tls_peer(plan, certificates), plan)
