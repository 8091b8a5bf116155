"""A host that speaks PPP (RFC 1661, 1662, 1332) and as much of IP and TCP as fetches a page.

It is for tests: it believes in a line that loses nothing, and has one connection.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable

from .crc import crc
from .patience import ANSWER_S

FLAG, ESCAPE, FLIP = 0x7E, 0x7D, 0x20
GOOD_FCS = 0xF0B8
IP, IPCP, LCP = 0x0021, 0x8021, 0xC021
REQUEST, ACK, NAK, REJECT, TERMINATE, TERMINATE_ACK, PROTOCOL_REJECT, ECHO, ECHO_REPLY = 1, 2, 3, 4, 5, 6, 8, 9, 10
ASYNC_MAP, MAGIC, MRU, ADDRESS = 2, 5, 1, 3
SYN, PUSH, FIN, RESET, ACKNOWLEDGE = 0x02, 0x08, 0x01, 0x04, 0x10
STAND_IN = bytes([10, 64, 64, 64])


def fcs(data: bytes) -> int:
    return crc(data, 0x8408, 0xFFFF)


def checksum(data: bytes) -> int:
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def framed(protocol: int, payload: bytes) -> bytes:
    inside = b"\xff\x03" + struct.pack("!H", protocol) + payload
    inside += struct.pack("<H", fcs(inside) ^ 0xFFFF)
    out = bytearray([FLAG])
    for byte in inside:
        out += bytes([ESCAPE, byte ^ FLIP]) if byte < 0x20 or byte in (FLAG, ESCAPE) else bytes([byte])
    return bytes(out) + bytes([FLAG])


def options(data: bytes) -> list[tuple[int, bytes]]:
    found = []
    while len(data) >= 2 and 2 <= data[1] <= len(data):
        found.append((data[0], data[2:data[1]]))
        data = data[data[1]:]
    return found


def packed(wanted: list[tuple[int, bytes]]) -> bytes:
    return b"".join(bytes([kind, len(value) + 2]) + value for kind, value in wanted)


class PppClient:
    """Over a line that is two functions: one sends, one gives what has come within a time, b"" for nothing."""

    def __init__(self, send: Callable[[bytes], None], receive: Callable[[float], bytes]) -> None:
        self._send, self._receive = send, receive
        self._raw = b""
        self._number = 0
        self._acknowledged: set[int] = set()  # protocols whose request of ours the other side has taken
        self._granted: set[int] = set()  # and the other way round
        self.address = b"\0" * 4
        self.peer = b"\0" * 4
        self._segments: list[bytes] = []
        self.terminated = False

    # ---- the link ----

    def _say(self, protocol: int, code: int, number: int, data: bytes = b"") -> None:
        self._send(framed(protocol, struct.pack("!BBH", code, number, len(data) + 4) + data))

    def _ask(self, protocol: int) -> None:
        self._number = (self._number + 1) & 0xFF
        self._say(protocol, REQUEST, self._number,
                  packed([(ADDRESS, self.address)]) if protocol == IPCP else b"")

    def _answer_request(self, protocol: int, number: int, data: bytes) -> None:
        known = (ADDRESS,) if protocol == IPCP else (ASYNC_MAP, MAGIC, MRU)
        foreign = [option for option in options(data) if option[0] not in known]
        if foreign:
            self._say(protocol, REJECT, number, packed(foreign))
            return
        if protocol == IPCP and (ADDRESS, bytes(4)) in options(data):
            self._say(protocol, NAK, number, packed([(ADDRESS, STAND_IN)]))  # it has none: it is given one, as pppd does
            return
        self.peer = dict(options(data)).get(ADDRESS, self.peer) if protocol == IPCP else self.peer
        self._say(protocol, ACK, number, data)
        self._granted.add(protocol)

    def _on_control(self, protocol: int, packet: bytes) -> None:
        code, number, length = struct.unpack("!BBH", packet[:4])
        data = packet[4:length]
        if code == REQUEST:
            self._answer_request(protocol, number, data)
        elif code == ACK:
            self._acknowledged.add(protocol)
        elif code == NAK and protocol == IPCP:
            self.address = dict(options(data))[ADDRESS]
            self._ask(IPCP)
        elif code == TERMINATE:
            self._say(protocol, TERMINATE_ACK, number)
            self.terminated = True
        elif code == TERMINATE_ACK:
            self.terminated = True
        elif code == ECHO:
            self._say(protocol, ECHO_REPLY, number, b"\0" * 4)

    def _on_packet(self, inside: bytes) -> None:
        body = inside[2:] if inside[:2] == b"\xff\x03" else inside
        protocol = struct.unpack("!H", body[:2])[0]
        if protocol in (LCP, IPCP):
            self._on_control(protocol, body[2:])
        elif protocol == IP:
            self._segments.append(body[2:])
        else:
            self._say(LCP, PROTOCOL_REJECT, 0, body)

    def _take(self) -> None:
        """The frames that have come."""
        *frames, self._raw = self._raw.split(bytes([FLAG]))
        for coded in frames:
            inside, flip = bytearray(), False
            for byte in coded:
                if byte == ESCAPE:
                    flip = True
                else:
                    inside.append(byte ^ FLIP if flip else byte)
                    flip = False
            if len(inside) > 6 and fcs(bytes(inside)) == GOOD_FCS:
                self._on_packet(bytes(inside[:-2]))

    def _wait(self, come: Callable[[], bool], what: str, again: Callable[[], None] = lambda: None) -> None:
        """What is asked for is asked for again each second, as the other side may not have listened yet."""
        deadline = time.monotonic() + ANSWER_S
        next_try = time.monotonic() + 1
        while not come():
            assert time.monotonic() < deadline, f"no {what}"
            self._raw += self._receive(0.2)
            self._take()
            if time.monotonic() >= next_try:
                again()
                next_try = time.monotonic() + 1

    def open(self) -> None:
        """Until there is an address on either side."""
        for protocol, name in ((LCP, "link"), (IPCP, "address")):
            self._ask(protocol)
            self._wait(lambda protocol=protocol: protocol in self._acknowledged and protocol in self._granted,
                       name, lambda protocol=protocol: self._ask(protocol))

    def close(self) -> None:
        self._say(LCP, TERMINATE, 99)
        self._wait(lambda: self.terminated, "end of the link")

    # ---- a page ----

    def _segment(self, to: bytes, ports: tuple[int, int], numbers: tuple[int, int], flags: int,
                 data: bytes = b"") -> None:
        head = struct.pack("!HHIIBBHHH", *ports, *numbers, 5 << 4, flags, 4096, 0, 0)
        pseudo = self.address + to + struct.pack("!BBH", 0, 6, len(head) + len(data))
        head = head[:16] + struct.pack("!H", checksum(pseudo + head + data)) + head[18:]
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(head) + len(data), 1, 0, 64, 6, 0) + self.address + to
        ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        self._send(framed(IP, ip + head + data))

    def exchange(self, to: bytes, port: int, request: bytes) -> bytes:
        """What a TCP server says to this until it closes."""
        ports, own, theirs, said = (40000, port), 1000, 0, bytearray()
        self._segments.clear()
        self._segment(to, ports, (own, 0), SYN)
        own += 1
        ended = False
        while not ended:
            self._wait(lambda: bool(self._segments), "segment")
            packet = self._segments.pop(0)
            tcp = packet[(packet[0] & 15) * 4:struct.unpack("!H", packet[2:4])[0]]
            number, _, offset, flags = struct.unpack("!IIBB", tcp[4:14])
            data = tcp[(offset >> 4) * 4:]
            assert not flags & RESET, "the connection was refused or reset"
            if flags & SYN:
                theirs = number + 1
                self._segment(to, ports, (own, theirs), ACKNOWLEDGE | PUSH, request)
                own += len(request)
                continue
            if number != theirs:
                continue  # once more what is known
            said += data
            theirs += len(data) + (flags & FIN)
            ended = bool(flags & FIN)
            if data or ended:
                self._segment(to, ports, (own, theirs), ACKNOWLEDGE | (FIN if ended else 0))
        return bytes(said)
