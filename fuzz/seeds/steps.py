"""The steps of fuzz/drive.h, by name."""

from __future__ import annotations

SERVERS = [443, 80, 25, 21, 4001, 465]
DATAGRAM_SERVERS = [123, 443]
WEB, SECURE, MAIL, FTP, FTP_DATA = 80, 443, 25, 21, 4001

FOUND, FAILS, HANGS = range(3)
REFUSES, ACCEPTS, SILENT = range(3)


def blocks(head: bytes, data: bytes) -> bytes:
    pieces = [data[i:i + 255] for i in range(0, len(data), 255)]
    return b"".join(head + bytes([len(piece)]) + piece for piece in pieces)


def pem(label: str) -> str:
    """As much of one as an engine looks at."""
    return f"-----BEGIN {label}-----\nMIIB\n-----END {label}-----\n"


def typed(data: bytes | str) -> bytes:
    return blocks(b"t", data.encode() if isinstance(data, str) else data)


def line(text: str) -> bytes:
    """A command line, alone in its step: then its success counts."""
    return typed(text + "\r")


def lines(*texts: str) -> bytes:
    return b"".join(line(text) for text in texts)


def on_port(number: int) -> bytes:
    return b"o" + bytes([number - 1])


def reads(amount: int) -> bytes:
    """The host reads so many times 16 bytes more."""
    return b"e" + bytes([amount])


READS_ALL = reads(255)
LEAVES = b"g"
POWER_CUT = b"p"


def dtr_drops(mode: int) -> bytes:
    return b"q" + bytes([mode])


def wait(tenths: int) -> bytes:
    return b"".join(b"w" + bytes([min(255, tenths - i)]) for i in range(0, tenths, 255))


def wait_s(seconds: int) -> bytes:
    return b"W" + bytes([seconds // 10])


GUARD = wait(11)
ESCAPE = GUARD + typed("+++") + GUARD


def at_server(letter: bytes, port: int, rest: bytes = b"") -> bytes:
    return letter + bytes([SERVERS.index(port)]) + rest


def sends(port: int, data: bytes | str) -> bytes:
    data = data.encode() if isinstance(data, str) else data
    return b"".join(at_server(b"s", port, bytes([len(data[i:i + 255])]) + data[i:i + 255]) for i in range(0, len(data), 255))


def replies(port: int, *texts: str) -> bytes:
    """Each a line of its own, and a step of its own."""
    return b"".join(sends(port, text + "\r\n") for text in texts)


def closes(port: int) -> bytes:
    return at_server(b"c", port)


def hangs_up(port: int) -> bytes:
    return at_server(b"h", port)


def resets(port: int) -> bytes:
    return at_server(b"x", port)


def corrupts(port: int) -> bytes:
    return at_server(b"k", port)


def vanishes(port: int) -> bytes:
    return at_server(b"m", port)


def stalls(port: int) -> bytes:
    return at_server(b"z", port)


def resumes(port: int) -> bytes:
    return at_server(b"u", port)


def grants_tls(port: int) -> bytes:
    return at_server(b"a", port)


# By their number in enum tls_reason (src/iface/tls.h), less 1.
UNKNOWN_CA, BAD_SIGNATURE, NO_SHARED_SUITE, ALERT, RECORD, PEER_CLOSED = 0, 4, 9, 12, 14, 18


def refuses_tls(port: int, reason: int = ALERT) -> bytes:
    return at_server(b"n", port, bytes([reason]))


def ignores_tls(port: int) -> bytes:
    return at_server(b"N", port)


def listens(port: int, how: int) -> bytes:
    return at_server(b"y", port, bytes([how]))


def calls(port: int) -> bytes:
    """Connects to the port that the module has named."""
    return at_server(b"v", port)


def datagram(port: int, data: bytes) -> bytes:
    return b"d" + bytes([DATAGRAM_SERVERS.index(port), len(data)]) + data


def tells_time(port: int = 123) -> bytes:
    return b"D" + bytes([DATAGRAM_SERVERS.index(port)])


def names(how: int) -> bytes:
    return b"i" + bytes([how])


def context_lost(cid: int) -> bytes:
    return b"b" + bytes([cid - 1])


def no_memory(call: int) -> bytes:
    return b"f" + bytes([call])


def storing_fails(call: int) -> bytes:
    return b"j" + bytes([call])


def control(number: int) -> bytes:
    """What a laboratory does, by the numbers of fuzz/control.c."""
    return b"C" + bytes([number])


HOME, ROAMING, SEARCHING, DENIED, LOST, SIM_READY, SIM_PIN, SIM_PUK, SIM_ABSENT, POWER_OFF, POWER_ON, RESET, BROWN_OUT = map(
    control, range(13))
DETACHES, ATTACHES, CONTEXT_LOST, RINGS, RINGS_WITHHELD, RING_ENDS, MESSAGE, MESSAGE_UCS2, MESSAGE_CLASS_2, TIME, CLOCK, WEAK, \
    OPERATOR, CELL, DECIDED, STATUS = map(control, range(13, 29))

# All of it, on any module that is up.
CONTROL = (lines("AT+CREG=2;+CGREG=2;+CLIP=1;+CRC=1", "AT+CNMI=1,1", "ATS0=0") + DENIED + LOST + ROAMING + OPERATOR + CELL + WEAK + TIME + HOME
           + lines("AT+CMGF=1", 'AT+CMGW="12"') + typed("x\x1a") + MESSAGE + MESSAGE_UCS2 + lines('AT+CSCS="UCS2"', 'AT+CMGL="ALL"', "AT+CNMI=1,2")
           + MESSAGE + MESSAGE_UCS2 + MESSAGE_CLASS_2
           + lines("AT+CSMS=1") + MESSAGE + wait(20) + lines("AT+CNMA") + MESSAGE + wait(20) + lines("AT+CMGF=0", "AT+CNMA=2") + MESSAGE + wait_s(20)
           + lines("AT+CNMI=1,2", "AT+CSMS=0", "AT+CMGF=1")
           + lines("AT+CMSS=1", "AT+CMGS=\"12\"") + typed("0031\x1a")
           + lines("AT+CMGF=0", "AT+CMGS=10") + typed("0011000181F50000A70161\x1a") + wait_s(70) + line("AT+CMGS=10")
           + typed("0011000181F50000A70161\x1a") + MESSAGE + lines("AT+CNMI=0,1") + MESSAGE + lines("AT+CNMI=1,1,0,0,1")
           + DETACHES + ATTACHES + CONTEXT_LOST + RINGS + line("AT+CLCC") + wait(60) + line("ATA") + RING_ENDS + RINGS_WITHHELD
           + line("AT+CHUP") + RINGS + line("ATH") + lines("AT+CMGF=1", "AT+CMGL=\"ALL\"") + CLOCK + STATUS + SIM_ABSENT + SIM_PIN + lines("AT+CPIN=1", "AT+CPIN=1234")
           + lines('AT+CLCK="SC",1,"1234"', 'AT+CPWD="SC","1234","4321"') + SIM_PUK + lines('AT+CPIN="12345678","1234"') + SIM_READY
           + POWER_OFF + POWER_ON + wait(200) + RESET + wait(200) + BROWN_OUT + wait(200) + line("AT"))

# What the common rows of V.250, 27.007 and 27.005 take.
COMMON = lines("ATE0", "ATQ0", "ATV1", "AT&C1", "AT&D2", "AT&F", "ATE0", "AT&W", "AT&Y0", "AT&P0", "ATZ", "ATE0", "AT&V", "ATH",
               "ATS2=43", "ATS3?", "ATS4?", "ATS5?", "ATS12=50", "ATI", "AT+GMI;+CGMI;+GMM;+CGMM;+GMR;+CGMR;+GSN;+CGSN",
               "AT+CIMI;+GCAP;+CPIN?;+CSQ;+CPAS", "AT+CREG=1;+CGREG=1;+CREG?", "AT+COPS?", "AT+CGDCONT?",
               "AT+CGATT=1", "AT+CGACT=1,1", "AT+CGPADDR=1", "AT+CMEE=1", "AT+IPR=115200", 'AT+CCLK="26/01/02,03:04:05+00"',
               "AT+CMGF=1;+CSDH=1;+CSMP=17,167,0,0;+CSCA=\"+12\",145;+CSCA?", "AT+CNMI=1,2,0,0,0;+CNMI?", 'AT+CSCS="UCS2";+CSCS=?',
               "AT+CSMS=1;+CSMS?", "AT+CSMS=?", "AT+CIND?", "AT+CNMA", "AT+CSAS;+CRES", "AT+CMER=2,0,0,2", "AT+CUSD=1,\"*100#\",15", "AT+CLIP=1;+COLP=1;+CRC=1;+CLIP?", "AT+FCLASS=0", "AT+CBC;+CEER;+CLCC", "AT+CPMS=\"SM\";+CPMS?",
               "AT+CMGF=0", "AT+CMGW=16") + typed("0011000A91214365870900000A02E834\x1a") + lines(
               "AT+CMGF=1", 'AT+CSCS="IRA"', "AT+CMGW=\"+123\"") + typed("hi\x1a") + lines("AT+CMGL=\"ALL\"", "AT+CMGR=1", "AT+CMGD=1", "AT+CMGD=0,4",  "AT+CTZU=1", "AT+CTZR=1", "AT+CFUN=1", "AT+CFUN=4", "AT+CFUN=1")


# A multiplexed port: DLCI 0 and 1 are opened, a command each way, DTR drops, and it is closed.
MULTIPLEX = lines("AT+CMUX?", "AT+CMUX=0") + typed(bytes.fromhex(
    "F9033F011CF9 F9073F01DEF9 F907EF1141542B43474D4D0D2BF9 F903EF09E3050709FBF9")) \
    + typed(bytes.fromhex("F907EF094154490D39F9 F903EF05C301F2F9")) + lines("AT")


# A data call: bytes both ways, left and come back to, ended by either side, by its context, by DTR, by a host that leaves.
DATA_CALL = (lines('AT+CGDCONT=1,"IP","a"', "AT+CGDATA=?", "ATD*99***1#") + typed("~data~") + sends(WEB, "~more~") + ESCAPE
             + sends(WEB, "later") + line("ATO") + ESCAPE + line("ATH") + line("ATD*99#") + closes(WEB) + line('AT+CGDATA="PPP",1')
             + stalls(WEB) + typed("s" * 5000) + reads(3) + sends(WEB, "d" * 3000) + resumes(WEB) + READS_ALL + closes(WEB)
             + line("AT+CGDATA") + on_port(2) + lines("ATD*99#", "AT+CGACT=0,1") + on_port(1) + line("ATD*98#") + dtr_drops(1)
             + line("ATO") + dtr_drops(2) + line("ATDT*99#") + resets(WEB) + line("ATD*99#") + ESCAPE + closes(WEB) + line("ATD*99#")
             + LEAVES + lines("AT", "ATD*99#") + vanishes(WEB) + listens(WEB, REFUSES) + line("ATD*99#") + listens(WEB, SILENT)
             + line("ATD*99#") + LEAVES + listens(WEB, ACCEPTS) + line("ATD*99***1#") + POWER_CUT)
