"""Seeds of fuzz_telit."""

from .steps import *

HE910, GL865, LE866, GC864 = (bytes([model]) for model in range(4))

DIAL = line('AT#SSLD=1,443,"localhost",0,1')
ONLINE = line('AT#SSLD=1,443,"localhost",0,0')
RING_MODES = lines("AT#SSLCFG=1,1,300,90,100,50,1")



def stored(kind: int, text: str) -> bytes:
    return line(f"AT#SSLSECDATA=1,1,{kind},{len(text)}") + typed(text + "\x1a")


SSL = {
    "multiplex": HE910 + lines("AT#CMUXMODE=5") + MULTIPLEX,
    "data-call": HE910 + DATA_CALL,
    "multiplex-cut": HE910 + lines("AT+CMUX=0") + typed(bytes.fromhex("F9033F011CF9 F907")),
    "general": HE910 + COMMON + lines("AT+WS46=22;+WS46?", "AT#CGMI;#CGMM;#CGMR;#CGSN;#CCID;#CIMI", "AT#QSS?", "AT#NITZ=1", "AT#CPUMODE=1",
                                      "AT#E2ESC=1", "AT#E2ESC=0", "AT#SCFG=1,1,300,90,600,50", "AT#CGPADDR=1",
                                      "AT#SGACT=1,0", "AT#SGACT=1,1", "AT#GPRS=0", "AT#GPRS=1", "AT#ENHRST=0", "AT#ENHRST=1,1"),
    "general-2g": GL865 + COMMON + lines("AT+WS46=12", "AT#CPUMODE=4", "AT#SSLCFG=1,1,300,90,100,50"),
    "general-10": GC864 + COMMON + lines("AT#CPUMODE=2", "AT#SSLSECCFG=1,0,0", "AT#SSLCFG=1,1,300,90,100,50"),
    "general-lte": LE866 + COMMON + lines("AT+WS46=28", "AT+CESQ", "AT+CEREG=1", "AT#SSLCFG=1,1,300,90,100,50", "AT#SSLSECCFG=1,0,0"),
    "control": HE910 + CONTROL + lines("ATS1?", "AT#QSS=2", "AT#PCT") + SIM_ABSENT + SIM_READY,
    "control-online": HE910 + ONLINE + RINGS + CONTEXT_LOST + BROWN_OUT,
    "temperature": HE910 + lines("AT#TEMPMON=0,1,2,30", "AT#TEMPMON=1", "AT#TEMPMON?", "AT#TXMONMODE=1", 'AT#CCLK="26/12/01,10:00:00+08,1"', "AT#CCLK?"),
    "cell": HE910 + lines("AT#RFSTS", "AT#MONI=0", "AT#MONI", "AT+CFUN=4", "AT#RFSTS", "AT#MONI"),
    "cell-2g": GL865 + lines("AT#RFSTS", "AT#MONI"),
    "cell-lte": LE866 + lines("AT#RFSTS", "AT#MONI"),
    "restart": HE910 + DIAL + line("AT#REBOOT") + wait(100) + line("AT#Z") + wait(100) + line("AT#SHDN") + wait_s(60),
    "settings": HE910 + lines("AT#SSLSECCFG=1,0,0,1", "AT#SSLSECCFG2=1,2", "AT#SSLCFG=1,1,300,90,100,50,2,0,2", "AT#SSLEN=1,0",
                              "AT#SSLEN=1,1", "AT#SSLCFG?", "AT#SSLSECDATA?"),
    "command": HE910 + RING_MODES + DIAL + sends(SECURE, "0123456789") + lines("AT#SSLRECV=1,4", "AT#SSLRCV=1,100", "AT#SSLS=1")
    + line("AT#SSLSEND=1") + typed("hi\x1a") + line("AT#SSSEND=1") + typed("hi\x1a") + line("AT#SSLSENDEXT=1,2")
    + typed("hi") + line("AT#SSLH=1"),
    "command-2g": GL865 + DIAL + sends(SECURE, "0123456789") + line("AT#SSLSEND=1") + typed("hi\x1a") + lines("AT#SSLRECV=1,4"),
    "receive-waits": HE910 + DIAL + line("AT#SSLRECV=1,100,20") + wait(10) + sends(SECURE, "late") + line("AT#SSLRECV=1,9,20") + wait(21),
    "receive-ended": HE910 + DIAL + line("AT#SSLRECV=1,100,20") + closes(SECURE) + DIAL + line("AT#SSLRECV=1,9,20") + corrupts(SECURE),
    "send-abort": HE910 + DIAL + line("AT#SSLSEND=1") + typed("ab\x1b") + line("AT#SSLSENDEXT=1,9") + typed("abc") + wait(700),
    "send-closed-inside": HE910 + DIAL + line("AT#SSLSEND=1") + typed("ab") + closes(SECURE) + typed("cd\x1a") + line("AT"),
    "send-stalled": HE910 + DIAL + stalls(SECURE) + b"".join(line("AT#SSLSENDEXT=1,1500,10") + typed("u" * 1500) + wait(11)
                                                            for _ in range(4)) + resumes(SECURE),
    "ring": HE910 + lines("AT#SSLCFG=1,1,300,90,100,50,2") + DIAL + sends(SECURE, "ring") + typed("A") + sends(SECURE, "held")
    + wait(60) + typed("T\r"),
    "ring-slow-host": HE910 + RING_MODES + DIAL + reads(0) + sends(SECURE, "d" * 2000) + reads(40) + wait(1) + READS_ALL,
    "online": HE910 + ONLINE + typed("data") + wait(60) + sends(SECURE, "world") + ESCAPE + lines("AT#SSLS=1", "AT#SSLO=1")
    + typed("more") + closes(SECURE),
    "online-2g": GL865 + ONLINE + typed("data") + ESCAPE + line("AT#SSLO=1") + resets(SECURE),
    "online-no-escape": HE910 + ONLINE + GUARD + typed("++") + GUARD + typed("+++x") + typed("a+++b") + wait(1000),
    "online-ends": HE910 + ONLINE + sends(SECURE, "bye") + hangs_up(SECURE) + ONLINE + corrupts(SECURE) + ONLINE + vanishes(SECURE),
    "online-dtr": HE910 + ONLINE + dtr_drops(1) + line("AT#SSLO=1") + dtr_drops(2) + line("AT"),
    "online-both": HE910 + ONLINE + stalls(SECURE) + reads(3) + typed("s" * 5000) + sends(SECURE, "d" * 3000) + resumes(SECURE) + READS_ALL,
    "online-packets": HE910 + lines("AT#SSLCFG=1,1,0,0,10,0") + ONLINE + typed("two" * 600) + wait(1),
    "online-host-leaves": HE910 + ONLINE + LEAVES + sends(SECURE, "for the next") + GUARD + typed("+++") + GUARD + line("AT"),
    "dial-host-leaves": HE910 + ignores_tls(SECURE) + ONLINE + LEAVES + grants_tls(SECURE) + wait(20) + line("AT"),
    "other-port": HE910 + ONLINE + on_port(2) + lines("AT#SSLSEND=1", "AT#SSLRECV=1,10", "AT#SSLH=1", "AT#SGACT=1,0") + on_port(1) + line("AT"),
    "dial-fails": HE910 + line("AT+CMEE=2") + names(FAILS) + DIAL + names(HANGS) + DIAL + wait_s(120) + names(FOUND)
    + listens(SECURE, REFUSES) + DIAL + listens(SECURE, SILENT) + DIAL + wait_s(120) + listens(SECURE, ACCEPTS) + refuses_tls(SECURE)
    + DIAL + ignores_tls(SECURE) + DIAL + resets(SECURE),
    "fast-dial": GL865 + line('AT#SSLD=1,443,"localhost",1,1') + line("AT#SSLH=1,1") + line("AT#SSLFASTD=1,1") + line("AT#SSLH=1")
    + line("AT#SSLFASTD=1,0") + ESCAPE + line("AT#SSLH=1,0") + line("AT#SSLFASTD=1,1"),
    "fast-dial-10": GC864 + line('AT#SSLD=1,443,"localhost",1,1') + line("AT#SSLSEND=1") + typed("hi\x1a") + sends(SECURE, "ab")
    + line("AT#SSLRECV=1,9") + lines("AT#SSLS=1", "AT#SSLO=1") + ESCAPE + line("AT#SSLH=1,1") + line("AT#SSLFASTD=1,1"),
    "lte": LE866 + DIAL + line("AT#SSLSEND=1") + typed("hi\x1a") + sends(SECURE, "ab") + line("AT#SSLRECV=1,9")
    + lines("AT#SSLS=1", "AT#SSLO=1") + ESCAPE + line("AT#SSLH=1"),
    "certificate": HE910 + line("AT#SSLSECDATA=1,1,1,10") + typed("0123456789\x1a") + lines("AT#SSLSECDATA=1,2,1", "AT#SSLSECDATA=1,0,1")
    + line("AT#SSLSECDATA=1,3,0,9") + typed("abc\x1b"),
    "certificate-10": GC864 + line("AT#SSLSECDATA=1,1,1,10") + typed("0123456789\x1a"),
    "certificate-lte": LE866 + line("AT#SSLSECDATA=1,1,1,10") + typed("0123456789\x1a"),
    "certificate-2g": GL865 + line("AT#SSLSECDATA=1,1,1,10") + typed("0123456789\x1a") + storing_fails(1)
    + line("AT#SSLSECDATA=1,1,2,10") + typed("0123456789\x1a"),
    "mutual": HE910 + line("AT#SSLSECCFG=1,0,2") + DIAL + stored(0, pem("CERTIFICATE")) + stored(1, pem("CERTIFICATE"))
    + stored(2, pem("RSA PRIVATE KEY")) + DIAL + line("AT#SSLH=1") + stored(2, "x" * 50) + DIAL,
    "mutual-der": HE910 + line("AT#SSLSECCFG=1,0,2,0") + stored(0, "0\x02ab") + stored(1, "0\x02ab") + stored(2, "0\x05\x02\x01\x00ab") + DIAL,
    "refused": HE910 + b"".join(refuses_tls(SECURE, reason) + DIAL for reason in (UNKNOWN_CA, BAD_SIGNATURE, NO_SHARED_SUITE, RECORD)),
    "asked": HE910 + lines("AT#SGACT?", "AT#GPRS?", "AT#SLASTCLOSURE", "AT#SLASTCLOSURE=1", 'AT#PASSW="x"', 'AT#USERID="x"', "AT#SGACT=2,1"),
    "verified": HE910 + line("AT#SSLSECDATA=1,1,1,10") + typed("0123456789\x1a") + line("AT#SSLSECCFG=1,0,1") + DIAL + line("AT#SSLH=1"),
    "context": HE910 + DIAL + context_lost(1) + line("AT#SGACT=1,1") + ONLINE + context_lost(1) + line("AT") + line("AT+CFUN=4"),
    "other-port-after-power": HE910 + line("AT#SSLEN=1,0") + on_port(2) + line("AT#SSLEN=1,1") + POWER_CUT + line("AT#SSLEN=1,1")
    + line("AT#SSLSECDATA=1,1,1,10") + typed("\x1a") + on_port(1) + lines("AT#SSLEN=1,1", "AT#SSLEN=1,0") + on_port(2) + line("AT#REBOOT")
    + wait(100) + line("AT#SSLEN=1,0"),
    "xon": HE910 + DIAL + line("AT&K4") + typed("\x13AT\r\x11AT\r") + line("AT#SSLO=1") + typed("a\x13b") + sends(SECURE, "held") + typed("\x11")
    + stalls(SECURE) + typed("x" * 250) * 60 + resumes(SECURE) + wait(20) + ESCAPE + lines("AT&K5", "AT+IFC=0,1", "AT&K0") + typed("\x13\x11AT\r"),
    "xon-leaves": HE910 + line("AT&K6") + typed("\x13AT\r") + LEAVES + line("AT") + typed("\x13") + line("AT#REBOOT") + wait(100),
    "redefined": HE910 + DIAL + lines('AT+CGDCONT=1,"IP","a"', "AT+CGDCONT=1", "AT+CGDCONT?", "AT#SGACT=1,0", "AT#SGACT=1,1"),
    "line-ends": HE910 + DIAL + typed("AT#SSLSENDEXT=1,2\r\nabAT#SSLSEND=1\r\n\x08b\x08\x1a") + typed("AT#SSLO=1\r\nab"),
    "dropped": HE910 + DIAL + line("AT#SSLSEND=1") + typed("x" * 1030 + "\x1a") + line("AT#SSLSECDATA=1,1,1,5") + typed("x" * 20 + "\x08\x1a"),
    "power": HE910 + ONLINE + POWER_CUT + line("AT") + line("AT#SSLEN=1,1"),
    "no-memory": HE910 + b"".join(no_memory(call) + DIAL + line("AT#SSLH=1") for call in (1, 2, 3)) + no_memory(1)
    + line("AT#SSLSECDATA=1,3,1,5") + typed("x\x1a"),
}


def asks(model: bytes) -> bytes:
    """Names, echo requests and the time, of one model."""
    return (model + lines('AT#QDNS="localhost"', 'AT#PING="127.0.0.1",2,32,10,64') + wait(30) + line('AT#NTP="localhost",123,1,5')
            + wait(2) + tells_time() + wait(2) + lines("AT#CCLKMODE=1", 'AT+CCLK="26/12/01,01:30:00+08"', "AT+CCLK?"))


ASKS = {
    "asks": asks(HE910), "asks-10": asks(GC864), "asks-2g": asks(GL865), "asks-lte": asks(LE866),
    "asks-nobody": HE910 + names(HANGS) + line('AT#QDNS="localhost"') + context_lost(1) + lines("AT#SGACT=1,1", 'AT#PING="localhost"')
    + on_port(2) + line('AT#QDNS="localhost"') + on_port(1) + wait_s(60) + line('AT#NTP="localhost",123,1,9') + LEAVES + wait_s(60)
    + names(FOUND) + line('AT#NTP="localhost",123,0,1,-4') + wait_s(5) + line('AT#PING="10.0.0.9",1,32,10') + wait_s(5),
}


def plain(model: bytes, *settings: str, more: str = ",0,0,1") -> bytes:
    """A plain socket of a model, by TCP."""
    return model + lines(*settings, 'AT#SD=1,0,80,"localhost"' + more)


UDP = 'AT#SD=2,1,443,"localhost",0,0,1'
LISTENS = lines('AT#FRWL=1,"127.0.0.1","255.0.0.0"', "AT#SL=1,1,2020")
CALLED = LISTENS + calls(WEB) + wait(4)


def plain_of(model: bytes) -> bytes:
    """All commands of plain sockets of one model."""
    return (plain(model, "AT#SCFG=1,1,300,90,600,50", "AT#SCFGEXT=1,0,0,0", "AT#SCFGEXT2=1,0", "AT#SCFGEXT3=1,0") + sends(WEB, "data") + wait(1)
            + lines("AT#SS", "AT#SS=1", "AT#SI", "AT#SI=1", "AT#ST", "AT#ST=1", "AT#SLASTCLOSURE", "AT#SLASTCLOSURE=1", "AT#SRECV=1,100")
            + line("AT#SSEND=1") + typed("hi\x1a") + line("AT#SSENDEXT=1,2") + typed("hi") + line("AT#SO=1") + ESCAPE + line("AT#SH=1")
            + LISTENS + line("AT#SL?") + calls(WEB) + wait(4) + lines("AT#FRWL?", "AT#SS=1", "AT#SA=1,1", "AT#SH=1", "AT#FRWL=2", "AT#SKTRST")
            + lines("AT#PADCMD=1", "AT#PADFWD=10", "AT#E2SLRI=50", 'AT#SD=1,0,80,"localhost"') + typed("a\nb") + ESCAPE + line("AT#SH=1"))


def single(model: bytes) -> bytes:
    """All commands of the single socket of one model."""
    return (model + lines("AT#PKTSZ=300", "AT#SKTTO=90", "AT#SKTCT=600", "AT#DSTO=5", 'AT#SKTSET=0,80,"localhost"', "AT#SKTSAV", 'AT#SKTD=0,80,"localhost"')
            + typed("data") + sends(WEB, "data") + ESCAPE + line("AT#SKTOP") + closes(WEB) + line('AT#FRWL=1,"127.0.0.1","255.0.0.0"')
            + lines("AT#SKTL=1,0,2020", "AT#SKTL=0,0,2020", "AT#SKTL=1,0,2020") + calls(WEB) + wait(4) + typed("hello") + dtr_drops(1) + line("AT")
            + line("AT#SKTL=1,0,2020") + context_lost(1) + line("AT#SKTRST"))


PLAIN = {
    "single": single(GL865), "single-10": single(GC864),
    "single-other-port": GL865 + line('AT#SKTD=0,80,"localhost"') + on_port(2) + lines('AT#SKTD=0,80,"localhost"', "AT#SKTOP", "AT#SKTL=0,0,1")
    + on_port(1) + resets(WEB) + line("AT"),
    "plain": plain_of(HE910), "plain-10": plain_of(GC864), "plain-2g": plain_of(GL865), "plain-lte": plain_of(LE866),
    "plain-online": plain(HE910, "AT#SCFG=1,1,10,90,600,256", more="") + typed("data of the host") + sends(WEB, "data") + ESCAPE + sends(WEB, "more")
    + line("AT#SO=1") + typed("x" * 400) + ESCAPE + line("ATO") + closes(WEB) + line("AT"),
    "plain-rings": plain(HE910, "AT#SCFGEXT=1,2,1,0", "AT#SCFGEXT2=1,0,0,0,1,2") + sends(WEB, "d" * 200) + wait(5) + line("AT#SCFGEXT=1,1,0,0")
    + sends(WEB, "more") + line("AT#SRECV=1,2") + closes(WEB) + line("AT#SRECV=1,200"),
    "plain-ring-slow": plain(HE910, "AT#SCFGEXT=1,2,0,0", "AT#SCFGEXT2=1,0,0,1,1") + reads(0) + sends(WEB, "d" * 2000) + wait(20) + reads(40) + wait(2)
    + READS_ALL + typed("A") + wait(60) + resets(WEB),
    "plain-udp": HE910 + lines("AT#SCFGEXT=2,3,0,0", UDP) + line("AT#SSEND=2") + typed("who\x1a") + datagram(443, b"d" * 100) + wait(30)
    + line("AT#SCFGEXT=2,0,1,0") + datagram(443, b"one") + datagram(443, b"two") + wait(1)
    + lines("AT#SI=2", "AT#SRECV=2,2,1", "AT#SRECV=2,9", "AT#SO=2") + typed("out") + wait(60) + datagram(443, b"in") + ESCAPE + line("AT#SH=2"),
    "plain-udp-held": HE910 + line(UDP) + line("AT#SSEND=2") + typed("who\x1a") + typed("AT#S") + datagram(443, b"one") + datagram(443, b"two") + wait(60)
    + typed("I=2\r") + line("AT#SSEND=2") + typed("a") + datagram(443, b"three") + wait(10) + typed("\x1a") + line("AT#SRECV=2,100"),
    "plain-digits": plain(HE910, "AT#SCFGEXT=1,0,1,1,0,1") + line("AT#SSEND=1") + typed("4142\x1a") + line("AT#SSEND=1") + typed("414\x1a")
    + line("AT#SSEND=1") + typed("4x\x1b") + sends(WEB, "ab") + line("AT#SRECV=1,9"),
    "plain-stalled": plain(HE910, "AT#SCFGEXT3=1,0,0,0,10") + stalls(WEB) + (line("AT#SSENDEXT=1,1500") + typed("u" * 1500) + wait(11)) * 4
    + resumes(WEB) + line("AT#SSENDEXT=1,3") + typed("abc") + stalls(WEB) + (line("AT#SSENDEXT=1,1500") + typed("u" * 1500)) * 4 + resets(WEB) + line("AT"),
    "plain-keeps": plain(HE910, "AT#SCFGEXT3=1,0,1", more=",255,0,1") + hangs_up(WEB) + line("AT#SSEND=1") + typed("x\x1a") + lines("AT#SS=1", "AT#SO=1")
    + typed("y") + ESCAPE + line("AT#SCFGEXT3=1,0,0") + line("AT#SO=1") + ESCAPE + line("AT#SH=1"),
    "plain-keeps-2g": plain(GL865, more=",255") + closes(WEB) + typed("y") + ESCAPE + line("AT#SO=1"),
    "plain-background": plain(LE866, "AT#SCFGEXT3=1,1") + line("AT#SS=1") + line("AT#SH=1") + listens(WEB, SILENT) + line('AT#SD=1,0,80,"localhost",0,0,1')
    + line("AT#SS=1") + wait_s(70) + names(HANGS) + line('AT#SD=1,0,80,"localhost",0,0,1') + line("AT#SS") + context_lost(1) + line("AT"),
    "plain-fails": HE910 + names(FAILS) + line('AT#SD=1,0,80,"localhost"') + names(FOUND) + listens(WEB, REFUSES) + line('AT#SD=1,0,80,"localhost"')
    + listens(WEB, SILENT) + line('AT#SD=1,0,80,"localhost"') + wait_s(70) + line("AT#SCFGEXT2=1,0,1") + line('AT#SD=1,0,80,"localhost"') + typed("x")
    + line('AT#SD=1,0,80,"localhost"') + LEAVES + line("AT") + lines("AT#SCFG=1,0,300,90,600,50", 'AT#SD=1,0,80,"localhost"'),
    "plain-idle": plain(HE910, "AT#SCFG=1,1,300,3,600,50") + wait(40) + line('AT#SD=1,0,80,"localhost"') + wait(40) + line("AT#SLASTCLOSURE=1"),
    "plain-end-unread": plain(HE910) + sends(WEB, "left") + closes(WEB) + line("AT#SS=1") + line("AT#SRECV=1,2") + line("AT#SO=1") + line("AT")
    + line('AT#SD=1,0,80,"localhost",0,0,1') + sends(WEB, "left") + closes(WEB) + wait_s(100) + line("AT#SS=1"),
    "plain-calls": HE910 + CALLED + line("AT#SA=1") + typed("hello") + sends(WEB, "data") + ESCAPE + closes(WEB) + CALLED + line("AT#SH=1")
    + line("AT#SCFGEXT=1,0,0,0,1") + CALLED + sends(WEB, "data") + closes(WEB) + LISTENS + line("AT#SL=1,1,2020") + context_lost(1) + line("AT#SGACT=1,1")
    + line("AT#FRWL=2") + line("AT#SL=1,1,2020") + calls(WEB) + wait(4) + line("AT#SL=1,0,2020"),
    "plain-datagrams": HE910 + lines('AT#FRWL=1,"127.0.0.1","255.0.0.0"', "AT#SLUDP=1,1,2020", "AT#SLUDP?") + datagram(443, b"one") + wait(4)
    + lines("AT#SS=1", "AT#SA=1,1", "AT#SRECV=1,9,1", 'AT#SSENDUDP=1,"127.0.0.1",443') + typed("who\x1a") + datagram(123, b"other") + wait(4)
    + lines("AT#SRECV=1,9,1", 'AT#SSENDUDPEXT=1,3,"127.0.0.1",123') + typed("you") + line('AT#SSENDUDPEXT=1,2,"127.0.0.1",443') + typed("hi") + line('AT#SSENDUDP=1,"127.0.0.1",53') + typed("stranger\x1a")
    + line("AT#SO=1") + datagram(443, b"again") + ESCAPE + wait(4)
    + lines("AT#ST=1", "AT#SLUDP=1,0", "AT#SH=1", "AT#SLUDP=1,1,2020") + context_lost(1),
    "plain-beside-secure": plain(HE910) + DIAL + sends(WEB, "plain") + sends(SECURE, "secure") + lines("AT#SO=1") + ESCAPE + line("AT#SSLO=1") + ESCAPE
    + line("ATO") + ESCAPE + dtr_drops(1) + line("AT#SO=1") + dtr_drops(1) + line("AT#SO=1") + dtr_drops(2) + line("AT"),
    "plain-other-port": plain(HE910) + on_port(2) + lines("AT#SSEND=1", "AT#SRECV=1,10", "AT#SH=1", "AT#SO=1", "AT#SS", "AT#SGACT=1,0", "AT#SL=1,0,1")
    + on_port(1) + line("AT#SSEND=1") + typed("ab") + on_port(2)
    + lines("AT+CGATT=0", "AT+CGATT=1", "AT#SGACT=1,1", 'AT#SD=1,0,80,"localhost",0,0,1', "AT+CGATT=0") + on_port(1) + typed("cd\x1a") + line("AT"),
    "plain-denied": HE910 + lines('AT#SD=2,1,443,"localhost",0,1,1', "AT#SS=2", "AT#SH=2"),
    "plain-power": plain(HE910, more="") + POWER_CUT + line("AT") + LISTENS + POWER_CUT + line("AT#FRWL?"),
    "plain-no-memory": HE910 + b"".join(no_memory(call) + line('AT#SD=1,0,80,"localhost",0,0,1') + line("AT#SH=1") for call in (1, 2, 3, 4))
    + plain(b"") + no_memory(1) + line("AT#SSEND=1") + typed("x\x1a") + sends(WEB, "data") + no_memory(1) + line("AT#SRECV=1,2") + LISTENS
    + no_memory(1) + calls(WEB) + wait(4) + line("AT#SA=1") + no_memory(1) + line('AT#FRWL=1,"10.0.0.1","255.0.0.0"'),
}


def login(model: bytes = HE910, passive: str = ",1", secure: bool = False) -> bytes:
    tls = replies(FTP, "234 go") + replies(FTP, "200 ok", "200 ok") if secure else b""
    return (model + line("AT#FTPCFG=100,1,%d" % secure) + line('AT#FTPOPEN="localhost:21",u,p' + passive)
            + replies(FTP, "220 ready") + tls + replies(FTP, "331 password", "230 in", "200 ok"))


PASSIVE = replies(FTP, "227 ok (127,0,0,1,15,161)", "150 go on")
DONE = replies(FTP, "226 done")
DATA_ENDS = closes(FTP_DATA)

FTP_SEEDS = {
    "ftp-session": login() + line("AT#FTPTO=100") + line("AT#FTPPWD") + replies(FTP, '257 "/" is it') + line("AT#FTPCWD=d")
    + replies(FTP, "250 ok") + line("AT#FTPDELE=f") + replies(FTP, "250 ok") + line("AT#FTPFSIZE=f") + replies(FTP, "213 174945")
    + line("AT#FTPTYPE=1") + replies(FTP, "200 ok") + lines("AT#FTPMSG", "AT#FTPTYPE?", "AT#FTPREST=7") + line("AT#FTPCLOSE")
    + replies(FTP, "221 bye"),
    "ftp-login-lines": HE910 + line('AT#FTPOPEN="localhost:21",u,p,1') + sends(FTP, "220-a\r\n220 b\r\n") + sends(FTP, "230-\r\n x\r\n230 in\n"),
    "ftp-login-refused": HE910 + line('AT#FTPOPEN="localhost:21",u,p,1') + replies(FTP, "220 ready", "331 password", "530 no"),
    "ftp-no-server": HE910 + listens(FTP, REFUSES) + line('AT#FTPOPEN="localhost:21",u,p,1') + names(FAILS) + line('AT#FTPOPEN="localhost:21",u,p,1'),
    "ftp-all-at-once": HE910 + line('AT#FTPOPEN="localhost:21",u,p,1') + sends(FTP, "220 a\r\n331 b\r\n230 c\r\n200 d\r\n") + hangs_up(FTP) + line("AT"),
    "ftp-tls": login(secure=True) + line("AT#FTPGET=f") + PASSIVE + sends(FTP_DATA, "bytes") + DATA_ENDS + DONE,
    "ftp-tls-refused": HE910 + line("AT#FTPCFG=100,1,1") + line('AT#FTPOPEN="localhost:21",u,p,1') + replies(FTP, "220 ready", "502 what"),
    "ftp-tls-injected": HE910 + line("AT#FTPCFG=100,1,1") + line('AT#FTPOPEN="localhost:21",u,p,1') + replies(FTP, "220 ready")
    + sends(FTP, "234 go\r\n200 more\r\n"),
    "ftp-tls-data-refused": login(secure=True) + refuses_tls(FTP_DATA) + line("AT#FTPGET=f") + PASSIVE + replies(FTP, "425 no data"),
    "ftp-get": login() + line("AT#FTPGET=f") + PASSIVE + sends(FTP_DATA, "bytes") + DATA_ENDS + DONE + line("AT"),
    "ftp-get-reply-first": login() + line("AT#FTPGET=f") + PASSIVE + DONE + sends(FTP_DATA, "bytes") + DATA_ENDS,
    "ftp-get-rest": login() + line("AT#FTPREST=7") + line("AT#FTPGET=f") + replies(FTP, "227 ok (127,0,0,1,15,161)", "350 go on", "150 go on")
    + resets(FTP_DATA) + replies(FTP, "425 no data"),
    "ftp-get-active": login(passive="") + line("AT#FTPGET=f") + replies(FTP, "200 ok") + calls(FTP_DATA) + replies(FTP, "150 go on")
    + sends(FTP_DATA, "bytes") + DATA_ENDS + DONE,
    "ftp-get-active-late": login(passive="") + line("AT#FTPGET=f") + replies(FTP, "200 ok", "150 go on", "226 done") + calls(FTP_DATA)
    + sends(FTP_DATA, "bytes") + DATA_ENDS,
    "ftp-get-nobody": login(passive="") + line("AT#FTPGET=f") + replies(FTP, "200 ok") + wait_s(60) + replies(FTP, "425 no data"),
    "ftp-get-elsewhere": login() + line("AT#FTPGET=f") + replies(FTP, "227 10,0,0,1,9,9") + wait_s(60),
    "ftp-get-lost": login() + line("AT#FTPGET=f") + PASSIVE + sends(FTP_DATA, "by") + hangs_up(FTP) + line("AT"),
    "ftp-get-escape": login() + line("AT#FTPGET=f") + PASSIVE + sends(FTP_DATA, "by") + ESCAPE + replies(FTP, "425 no data"),
    "ftp-put": login() + line("AT#FTPPUT=f") + PASSIVE + typed("hello") + ESCAPE + DONE,
    "ftp-put-stalled": login(secure=True) + line("AT#FTPPUT=f") + PASSIVE + stalls(FTP_DATA) + typed("u" * 255) + ESCAPE + resumes(FTP_DATA) + DONE,
    "ftp-put-full": login() + line("AT#FTPPUT=f") + PASSIVE + typed("hello") + replies(FTP, "552 full"),
    "ftp-append": login() + line("AT#FTPAPP=f") + PASSIVE + typed("hello") + ESCAPE + DONE,
    "ftp-packets": login() + line("AT#FTPGETPKT=f") + PASSIVE + sends(FTP_DATA, "x" * 200) + lines("AT#FTPRECV?", "AT#FTPRECV=100")
    + DATA_ENDS + DONE + lines("AT#FTPRECV=3000", "AT#FTPGETPKT?"),
    "ftp-packets-hex": login() + line("AT#FTPGETPKT=f,1") + PASSIVE + sends(FTP_DATA, "x" * 200) + line("AT#FTPRECV=100") + line("AT#FTPCLOSE"),
    "ftp-send-packets": login() + line("AT#FTPPUT=f,1") + PASSIVE + line("AT#FTPAPPEXT=5") + typed("hello") + line("AT#FTPAPPEXT=5,1")
    + typed("hello") + DONE,
    "ftp-send-stalled": login() + line("AT#FTPPUT=f,1") + PASSIVE + stalls(FTP_DATA) + (line("AT#FTPAPPEXT=1500") + typed("u" * 1500)) * 4
    + wait_s(100) + DONE,
    "ftp-list": login() + line("AT#FTPLIST") + PASSIVE + sends(FTP_DATA, "OK\r\n") + DONE + DATA_ENDS,
    "ftp-shut-down": login() + replies(FTP, "421-bye", "421 bye") + line("AT#FTPPWD"),
    "ftp-context": login() + line("AT#FTPGET=f") + PASSIVE + context_lost(1) + line("AT#SGACT=1,1") + line('AT#FTPOPEN="localhost:21",u,p,1'),
    "ftp-host-leaves": login() + line("AT#FTPGET=f") + PASSIVE + LEAVES + sends(FTP_DATA, "x") + DATA_ENDS + DONE + line("AT"),
    "ftp-other-port": login() + on_port(2) + lines("AT#FTPPWD", "AT#FTPGET=f", "AT#FTPCLOSE"),
    "ftp-power": login() + line("AT#FTPGETPKT=f") + PASSIVE + POWER_CUT + sends(FTP_DATA, "x") + line("AT"),
    "ftp-no-memory": HE910 + no_memory(1) + line('AT#FTPOPEN="localhost:21",u,p,1') + no_memory(2) + line('AT#FTPOPEN="localhost:21",u,p,1'),
}


def ftp_of(model: bytes) -> bytes:
    """All FTP commands of one model, so that each model's rows are reached."""
    return (login(model) + line("AT#FTPTO=100") + line("AT#FTPPWD") + replies(FTP, '257 "/" is it') + line("AT#FTPCWD=d")
            + replies(FTP, "250 ok") + line("AT#FTPDELE=f") + replies(FTP, "250 ok") + line("AT#FTPGETPKT=f") + PASSIVE
            + sends(FTP_DATA, "x") + DATA_ENDS + DONE + line("AT#FTPCLOSE") + replies(FTP, "221 bye"))


SEEDS = {**SSL, **ASKS, **PLAIN, **FTP_SEEDS, "ftp-10": ftp_of(GC864), "ftp-2g": ftp_of(GL865), "ftp-lte": ftp_of(LE866)}
