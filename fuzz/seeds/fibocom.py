"""Seeds of fuzz_fibocom."""

from .steps import *

L610, NL668, M910, NL668_B = (bytes([model]) for model in range(4))

CALL = line("AT+MIPCALL=1")
TLS = line('AT+MIPOPEN=1,,"localhost",443,2') + wait(2)
TCP = line('AT+MIPOPEN=2,,"localhost",443,0') + wait(2)
UDP = line('AT+MIPOPEN=3,,"localhost",123,1') + wait(2)
ODM = line('AT+MIPODM=4,,"localhost",443,2') + wait(2)



def file_of(kind: str, text: str) -> bytes:
    return line(f'AT+GTSSLFILE="{kind}",{len(text)}') + typed(text)


GENERAL = COMMON + lines("AT+CGEREP=1", "AT+CESQ", "AT+CCID;+ICCID", "AT+CEREG=1", 'AT+GTSET="IPRFMT",0', 'AT+GTSET="GDB",1', "AT+MIPCALL=0", "AT+MIPCALL=1", "AT+GTSSLVER=4",
                         "AT+GTSSLMODE=0", "AT+GTSSLERR", "AT+GTSSLCIPHER?", "AT+MIPKEEPCONF=1,60,9,75", "AT+MIPSTAT?")

SOCKETS = {
    "multiplex": L610 + MULTIPLEX,
    "data-call": L610 + DATA_CALL,
    "multiplex-cut": L610 + lines("AT+CMUX=0") + typed(bytes.fromhex("F9033F011CF9 F907")),
    "general": L610 + GENERAL,
    "general-nl668": NL668 + GENERAL + lines("AT+CVHU=1") + RINGS + lines("ATA", "ATH", "AT+CHUP"),
    "threshold": L610 + TCP + lines("AT+MIPSETS=2,10,5", "AT+MIPSETS?") + line("AT+MIPSEND=2,4") + typed("abcd") + wait(6)
    + line("AT+MIPSEND=2,4") + typed("abcd") + line("AT+MIPPUSH=2") + line("AT+MIPSEND=2,4") + typed("abcd") + line("AT+MIPCLOSE=2"),
    "power-off": L610 + GENERAL + line("AT+CPOF") + wait_s(6) + line("AT+GTSET?"),
    "power-off-2": NL668 + line("AT+CPWROFF") + wait_s(6) + line("AT"),
    "general-m910": M910 + GENERAL,
    "general-b": NL668_B + GENERAL,
    "suites": L610 + lines("AT+GTSSLCIPHER=1,1", "AT+GTSSLCIPHER=1,0"),
    "suites-nl668": NL668 + lines("AT+GTSSLCIPHER=0", "AT+GTSSLCIPHER=1"),
    "control": L610 + CONTROL,
    "control-m910": M910 + CONTROL + TCP + CONTEXT_LOST + BROWN_OUT,
    "restart": L610 + line("AT+RESET") + wait(100) + line("AT+CFUN=15") + wait(100) + line("AT"),
    "tls": L610 + TLS + line("AT+MIPSEND=1,5") + typed("hello") + sends(SECURE, "hello") + wait(2) + lines("AT+MIPPUSH=1", "AT+MIPSTAT?")
    + closes(SECURE) + wait(2) + line("AT+MIPCLOSE=1"),
    "tls-fails": L610 + refuses_tls(SECURE) + TLS + line("AT+GTSSLERR") + ignores_tls(SECURE) + TLS + wait_s(100),
    "tcp": NL668 + TCP + line("AT+MIPSEND=2") + typed("hello\x1a") + line("AT+MIPSEND=2") + typed("slow") + wait(130) + line('AT+GTSET="IPRFMT",0')
    + sends(SECURE, "hex") + line('AT+GTSET="IPRFMT",2') + sends(SECURE, "raw") + line('AT+GTSET="IPRFMT",1') + sends(SECURE, "bare")
    + line("AT+MIPCLOSE=2,1"),
    "tcp-read": L610 + line('AT+GTSET="IPRFMT",5') + TCP + sends(SECURE, "0123456789") + wait(2) + lines("AT+MIPREAD=2,3", "AT+MIPREAD=2"),
    "tcp-ends": L610 + TCP + resets(SECURE) + wait(2) + line("AT+MIPCLOSE=2") + TCP + vanishes(SECURE) + TCP + sends(SECURE, "x") + hangs_up(SECURE),
    "tcp-not-opened": L610 + listens(SECURE, REFUSES) + TCP + names(FAILS) + TCP + names(HANGS) + TCP + wait_s(120) + names(FOUND)
    + listens(SECURE, SILENT) + TCP + wait_s(120),
    "tcp-stalled": L610 + TCP + stalls(SECURE) + (line("AT+MIPSEND=2,2000") + typed("u" * 2000) + wait(20)) * 4 + line("AT+MIPSEND?")
    + resumes(SECURE) + wait(20) + lines("AT+MIPSEND?", "AT+MIPSETS=2,100"),
    "tcp-stalled-long": NL668 + TCP + stalls(SECURE) + (line("AT+MIPSEND=2,2000") + typed("u" * 2000)) * 4 + wait_s(120)
    + line("AT+MIPSEND=2,9") + LEAVES + line("AT+MIPSEND=2") + typed("\x1a"),
    "udp": NL668 + UDP + line("AT+MIPSEND=3,2") + typed("hi") + datagram(123, b"hello") + wait(2),
    "transparent": L610 + ODM + typed("data") + sends(SECURE, "hello") + wait(20) + ESCAPE + lines("AT+MIPSEND=4,2") + typed("hi")
    + line("AT+MIPODM=0"),
    "transparent-udp": L610 + line('AT+MIPODM=4,,"localhost",123,1') + wait(2) + typed("one") + datagram(123, b"hello") + wait(20) + ESCAPE + line("AT+MIPODM=0"),
    "transparent-ends": L610 + ODM + sends(SECURE, "bye") + closes(SECURE) + wait(2) + line("AT") + ODM + dtr_drops(1) + line("AT+MIPCLOSE=4"),
    "transparent-fails": L610 + listens(SECURE, REFUSES) + ODM + listens(SECURE, SILENT) + ODM + wait_s(120),
    "transparent-other-port": L610 + ODM + on_port(2) + lines("AT+MIPSEND=4,2", "AT+MIPREAD=4", "AT+MIPCLOSE=4") + on_port(1) + line("AT"),
    "transparent-host-leaves": L610 + ignores_tls(SECURE) + ODM + LEAVES + grants_tls(SECURE) + wait(20) + typed("AT\r"),
    "context": L610 + TLS + context_lost(1) + wait(2) + CALL + ODM + context_lost(1) + wait(2) + line("AT"),
    "radio": L610 + TCP + line("AT+CFUN=4") + wait(2) + line("AT+CFUN=1"),
    "files": L610 + line("AT+GTSSLMODE=1") + line('AT+GTSSLFILE="TRUSTFILE",10') + typed("0123456789") + TLS + line("AT+GTSSLERR") + POWER_CUT,
    "files-mutual": L610 + line("AT+GTSSLMODE=1") + file_of("TRUSTFILE", pem("CERTIFICATE")) + file_of("CERTFILE", pem("CERTIFICATE"))
    + file_of("KEYFILE", pem("RSA PRIVATE KEY")) + TLS + sends(SECURE, "x") + line("AT+GTSSLERR") + resets(SECURE),
    "files-mutual-nl668": NL668 + line("AT+GTSSLMODE=1") + file_of("TRUSTFILE", pem("CERTIFICATE")) + file_of("CERTFILE", pem("CERTIFICATE"))
    + file_of("KEYFILE", pem("PRIVATE KEY")) + TLS + file_of("KEYFILE", "no key") + TLS + no_memory(1) + TLS,
    "tls-refused": L610 + b"".join(refuses_tls(SECURE, reason) + TLS + line("AT+GTSSLERR")
                                   for reason in (UNKNOWN_CA, BAD_SIGNATURE, NO_SHARED_SUITE, ALERT, RECORD, PEER_CLOSED)),
    "files-nl668": NL668 + line('AT+GTSSLFILE="CERTFILE",10') + typed("0123456789") + line('AT+GTSSLFILE="KEYFILE",10') + typed("01") + LEAVES,
    "files-m910": M910 + line('AT+GTSSLFILE="TRUSTFILE",10') + typed("0123456789"),
    "files-b": NL668_B + line('AT+GTSSLFILE="TRUSTFILE",10') + typed("0123456789"),
    "files-again": L610 + file_of("KEYFILE", "0123") * 2 + file_of("KEYFILE", "4567") + file_of("TRUSTFILE", "0123") * 41
    + line('AT+GTSSLFILE="KEYFILE",4') + typed("01") + LEAVES + line('AT+GTSSLFILE="KEYFILE",4') + POWER_CUT,
    "xon": L610 + TCP + line("AT+IFC=1,1") + typed("\x13") + sends(SECURE, "held") + line("AT+MIPSEND=2,2") + typed("hi\x11") + line("AT&K2;&F"),
    "called-twice": L610 + lines('AT+CGDCONT=1,"IP","a"', "AT+CGACT=1,1", "AT+MIPCALL=1", 'AT+CGDCONT=1,"IP","b"', "AT+CGDCONT=1")
    + TCP + CALL + lines("AT+CGACT=0,1", "AT+MIPCALL=1"),
    "asks": NL668 + line('AT+MIPNTP="localhost",123') + wait(2) + tells_time() + wait(2) + line('AT+MIPDNS="localhost"')
    + line('AT+MPING=1,"127.0.0.1",2') + wait(30),
    "asks-nobody": L610 + names(HANGS) + line('AT+MIPDNS="localhost"') + context_lost(1) + wait_s(60) + CALL + names(FOUND)
    + line('AT+MIPNTP="localhost",123') + wait_s(120) + line('AT+MPING=1,"10.0.0.9",2') + wait_s(60),
    "no-memory": L610 + b"".join(no_memory(call) + TLS for call in (1, 2, 3)) + no_memory(1) + line('AT+GTSSLFILE="KEYFILE",10') + typed("0123456789"),
}

PAGE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
URL = line('AT+HTTPSET="URL","localhost/x"')
URL_TLS = line('AT+HTTPSET="URL","https://localhost/x"')
GET = line("AT+HTTPACT=0,10") + wait(2)

HTTP = {
    "http-get": L610 + URL + GET + sends(WEB, PAGE) + wait(2) + lines("AT+HTTPREAD", "AT+HTTPREAD=1,3"),
    "http-get-tls": NL668 + URL_TLS + GET + sends(SECURE, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
    + sends(SECURE, "0\r\n\r\n") + line("AT+HTTPREAD"),
    "http-post": L610 + URL + line("AT+HTTPDATA=5") + typed("hello") + line("AT+HTTPHEAD=6") + typed("A: b\r\n") + line("AT+HTTPACT=1,10")
    + wait(2) + sends(WEB, PAGE) + wait(2),
    "http-head": L610 + URL + line("AT+HTTPACT=2,10") + wait(2) + sends(WEB, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") + wait(2),
    "http-mode-1": L610 + line('AT+HTTPSET="MODE","1"') + URL + GET + sends(WEB, "HTTP/1.0 200 OK\r\n\r\n" + "x" * 3000) + hangs_up(WEB) + wait(2)
    + line("AT+HTTPREAD"),
    "http-mode-1-slow": NL668 + line('AT+HTTPSET="MODE","1"') + URL + GET + sends(WEB, "HTTP/1.0 200 OK\r\n\r\n") + wait(2) + reads(0)
    + line("AT+HTTPREAD") + sends(WEB, "x" * 9000) + reads(200) + READS_ALL + resets(WEB) + line("AT+HTTPREAD"),
    "http-mode-1-leaves": L610 + line('AT+HTTPSET="MODE","1"') + URL + GET + sends(WEB, "HTTP/1.0 200 OK\r\n\r\nab") + wait(2)
    + line("AT+HTTPREAD") + LEAVES + sends(WEB, "cd") + line("AT+HTTPREAD") + typed("A") + hangs_up(WEB),
    "http-redirect": L610 + line('AT+HTTPSET="REDIR","1"') + URL + GET + sends(WEB, "HTTP/1.1 302 Go\r\nLocation: /y\r\n\r\n") + sends(WEB, PAGE),
    "http-fails": L610 + URL + listens(WEB, REFUSES) + GET + listens(WEB, ACCEPTS) + GET + resets(WEB) + GET + wait_s(60),
    "http-context": L610 + URL + GET + context_lost(1) + wait(2),
    "http-host-leaves": L610 + URL + GET + LEAVES + sends(WEB, PAGE) + line("AT"),
    "http-no-memory": L610 + no_memory(1) + URL + URL + no_memory(1) + line("AT+HTTPDATA=5") + typed("hello") + no_memory(1) + GET + sends(WEB, PAGE),
}
for _model, _name in ((NL668, "nl668"), (M910, "m910"), (NL668_B, "b")):
    HTTP["http-" + _name] = (_model + URL + line("AT+HTTPDATA=5") + typed("hello") + line("AT+HTTPHEAD=6") + typed("A: b\r\n") + GET
                             + sends(WEB, PAGE) + wait(2) + line("AT+HTTPREAD"))
    SOCKETS["sockets-" + _name] = (_model + line("AT+MIPODM=0") + TLS + line("AT+MIPSEND=1,5") + typed("hello") + line("AT+MIPPUSH=1")
                                   + line('AT+GTSET="IPRFMT",5') + sends(SECURE, "hello") + wait(2) + lines("AT+MIPREAD=1,3", "AT+MIPCLOSE=1")
                                   + line('AT+MIPDNS="localhost"') + line('AT+MPING=1,"127.0.0.1",1') + wait(20)
                                   + line('AT+MIPNTP="localhost",123') + wait(2) + tells_time() + wait(2) + line("AT+RESET") + wait(100))


def login(model: bytes = L610, mode: str = "AT+FTPMODE=1") -> bytes:
    return (model + line(mode) + line('AT+FTPOPEN="localhost","u","p",,,21,0') + wait(2)
            + replies(FTP, "220 ready", "331 password", "230 in", "200 ok") + wait(2))


PASSIVE = replies(FTP, "227 ok (127,0,0,1,15,161)", "150 go on")
DONE = replies(FTP, "226 done") + wait(2)
DATA_ENDS = closes(FTP_DATA)


def session(model: bytes) -> bytes:
    return (login(model) + line("AT+FTPPWD") + replies(FTP, '257 "/" is it') + line('AT+FTPCWD="a"') + replies(FTP, "250 ok")
            + line("AT+FTPCDUP") + replies(FTP, "250 ok") + line('AT+FTPMKD="a"') + replies(FTP, '257 "a" made') + line('AT+FTPRMD="a"')
            + replies(FTP, "250 ok") + line('AT+FTPDEL="a"') + replies(FTP, "250 ok") + line('AT+FTPREN="a","b"')
            + replies(FTP, "350 to?", "250 ok") + line('AT+FTPSIZE="a"') + replies(FTP, "213 5") + line('AT+FTPTIME="a"')
            + replies(FTP, "213 20260102030405") + line("AT+FTPSYST") + replies(FTP, "215 UNIX") + line("AT+FTPNOOP")
            + replies(FTP, "200 ok") + lines("AT+FTPSTAT", "AT+FTPINFO", "AT+FTPREST=0") + line('AT+FTPLIST') + PASSIVE
            + sends(FTP_DATA, "a\r\n") + DATA_ENDS + DONE + line('AT+FTPGET="a"') + PASSIVE + sends(FTP_DATA, "hello") + DATA_ENDS + DONE
            + lines("AT+FTPRECV=3", "AT+FTPRECV=100", "AT+FTPRECV=100") + line('AT+FTPRETR="a"') + PASSIVE + DATA_ENDS + DONE
            + line("AT+FTPRECV=100") + line('AT+FTPPUT="a",5') + typed("hello") + PASSIVE + DONE + line('AT+FTPSTOR="a",5,1')
            + typed("hello") + PASSIVE + DONE + line("AT+FTPCLOSE") + replies(FTP, "221 bye") + wait(2))


FTP_SEEDS = {
    "ftp-session": session(L610),
    "ftp-session-nl668": session(NL668),
    "ftp-session-m910": session(M910),
    "ftp-session-b": session(NL668_B),
    "ftp-refused": L610 + line('AT+FTPOPEN="localhost","u","p",,,21,0') + replies(FTP, "220 ready", "331 password", "530 no") + wait(2),
    "ftp-all-at-once": L610 + line('AT+FTPOPEN="localhost","u","p",,,21,0') + sends(FTP, "220 a\r\n331 b\r\n230 c\r\n200 d\r\n") + hangs_up(FTP) + wait(2),
    "ftp-reply-and-end": login() + line('AT+FTPCWD="a"') + sends(FTP, "250 ok\r\n421 bye\r\n") + hangs_up(FTP) + wait(2) + line("AT+FTPSTAT"),
    "ftp-active": login(mode="AT+FTPMODE=0") + line('AT+FTPGET="a"') + replies(FTP, "200 ok") + calls(FTP_DATA) + replies(FTP, "150 go on")
    + sends(FTP_DATA, "hello") + DATA_ENDS + DONE + line("AT+FTPRECV=100"),
    "ftp-rest": login() + line("AT+FTPREST=7") + line('AT+FTPGET="a"') + replies(FTP, "227 ok (127,0,0,1,15,161)", "350 go on", "150 go on")
    + sends(FTP_DATA, "x" * 3000) + resets(FTP_DATA) + replies(FTP, "425 no"),
    "ftp-get-lost": login() + line('AT+FTPGET="a"') + PASSIVE + sends(FTP_DATA, "by") + hangs_up(FTP) + line("AT+FTPRECV=100"),
    "ftp-put-stalled": login() + stalls(FTP_DATA) + line('AT+FTPPUT="a",200') + typed("u" * 200) + PASSIVE + wait_s(120) + line("AT"),
    "ftp-context": login() + line('AT+FTPGET="a"') + PASSIVE + context_lost(1) + wait(2),
    "ftp-host-leaves": login() + line('AT+FTPLIST') + PASSIVE + LEAVES + sends(FTP_DATA, "a\r\n") + DATA_ENDS + DONE + line("AT"),
    "ftp-silent": login() + line('AT+FTPSIZE="a"') + wait_s(200) + line("AT+FTPCLOSE") + wait_s(200),
    "ftp-no-memory": login() + no_memory(1) + line('AT+FTPPUT="a",5') + typed("hello") + no_memory(1) + line('AT+FTPLIST') + PASSIVE,
}

# Up to CONNACK, which follows.
BROKER = L610 + CALL + line('AT+MQTTUSER=1,"u","p","c"') + line('AT+MQTTOPEN=1,"localhost",80,1,60') + wait(4)
CONNACK = sends(WEB, b"\x20\x02\0\0") + wait(4)

MQTT = {
    "mqtt": BROKER + CONNACK + line('AT+MQTTSUB=1,"a",1') + sends(WEB, b"\x90\x03\0\1\1") + wait(4)
    + line('AT+MQTTPUB=1,"t",0,1,"{\\"a\\":1}"') + wait(4) + line('AT+MQTTPUB=1,"t",1,0,2') + typed("hi") + sends(WEB, b"\x40\x02\0\2") + wait(4)
    + sends(WEB, b"\x30\x04\0\1tx\x34\x06\0\1t\0\1x") + wait(4) + line('AT+MQTTUNSUB=1,"a"') + sends(WEB, b"\xb0\x02\0\3") + wait(4)
    + lines("AT+MQTTOPEN?", "AT+MQTTUSER?") + line("AT+MQTTCLOSE=1") + wait(4),
    "mqtt-nl668": NL668 + BROKER[1:] + CONNACK,
    "mqtt-tls": L610 + CALL + line('AT+MQTTWILL=2,"w",1,0,"gone"') + line('AT+MQTTOPEN=2,"localhost",443,0,60,2') + wait(4) + sends(SECURE, b"\x20\x02\0\5") + wait(4),
    "mqtt-closed": BROKER + CONNACK + closes(WEB) + wait(4),
    "mqtt-silent": BROKER + wait_s(20) + line('AT+MQTTOPEN=1,"localhost",80,1,60') + wait(4) + CONNACK + wait_s(200),
    "mqtt-refused": BROKER + sends(WEB, b"\x20\x02\0\4") + wait(4) + lines("AT+CMEE=1") + line('AT+MQTTSUB=1,"a",0'),
    "mqtt-read": BROKER + CONNACK + lines("AT+MQTTCONF=1", "AT+MQTTCONF?") + sends(WEB, b"\x34\x06\0\1t\0\1x\x30\x04\0\1ty") + wait(4)
    + line("AT+MQTTREAD=1") + wait(4) + line("AT+MQTTREAD=1") + line("AT+MQTTREAD=1"),
    "mqtt-will": L610 + CALL + line('AT+MQTTWILL=1,"w",1,1,4') + typed("gone") + line('AT+MQTTOPEN=1,"localhost",80,1,60,1') + wait(4) + closes(WEB),
    "mqtt-context": BROKER + CONNACK + line("AT+MIPCALL=0"),
    "mqtt-no-memory": L610 + b"".join(no_memory(call) + BROKER[1:] for call in (1, 2, 3)),
}

HMCON = line('AT+HMCON=0,60,"localhost","80","d","s",0') + wait(4)
IN_CLOUD = L610 + CALL + HMCON + CONNACK

CLOUD = {
    "cloud": IN_CLOUD + line('AT+HMSUB=1,"a"') + sends(WEB, b"\x90\x03\0\1\1") + line('AT+HMPUB=1,"t",7,"{\\"a\\":1}"') + sends(WEB, b"\x40\x02\0\2")
    + line('AT+HMPUB=0,"t",2,hi') + wait(4) + sends(WEB, b"\x30\x04\0\1tx") + wait(4) + line('AT+HMUNS="a"') + sends(WEB, b"\xb0\x02\0\3") + line("AT+HMDIS") + wait(4) + line("AT+HMDIS"),
    "cloud-digits": L610 + CALL + line('AT+HMCON=0,60,"localhost","80","d",,1') + wait(4) + CONNACK + line('AT+HMPUB=0,"t",2,"6869"') + wait(4)
    + sends(WEB, b"\x30\x04\0\1tx") + wait(4) + line("AT+HMDISC=0") + wait(4),
    "cloud-refused": L610 + CALL + HMCON + sends(WEB, b"\x20\x02\0\5") + wait(4) + HMCON + wait_s(20),
    "cloud-lost": IN_CLOUD + line('AT+HMSUB=1,"a"') + sends(WEB, b"\x90\x03\0\1\1") + closes(WEB) + wait_s(10) + wait(9) + CONNACK + line('AT+HMPUB=1,"t",1,"x"') + closes(WEB) + wait(4) + line("AT+HMDIS"),
    "cloud-context": IN_CLOUD + line('AT+HMPUB=1,"t",1,"x"') + on_port(2) + line("AT+MIPCALL=0") + wait_s(20),
    "cloud-left": L610 + CALL + line('AT+HMCON=0,60,"localhost","80","d","s",0') + b"g" + wait(4) + line("AT+HMDIS"),
    "cloud-no-memory": L610 + b"".join(no_memory(call) + (CALL + HMCON) for call in (1, 2, 3)),
}

SEEDS = {**CLOUD, **SOCKETS, **HTTP, **FTP_SEEDS, **MQTT}
