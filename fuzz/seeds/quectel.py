"""Seeds of fuzz_quectel."""

from .steps import *

M95, M10, M66 = (bytes([model]) for model in range(3))

TCP = line('AT+QIOPEN="TCP","localhost",443') + wait(2)
SEVERAL = M95 + line("AT+QIMUX=1")
SERVER = lines("AT+QIREGAPP", "AT+QIACT", "AT+QILOCIP", 'AT+QILPORT="TCP",2020', "AT+QISERVER") + wait(4)
TRANSPARENT = M95 + line("AT+QIMODE=1")

SOCKETS = {
    "multiplex": M95 + MULTIPLEX,
    "data-call": M95 + DATA_CALL,
    "multiplex-cut": M95 + lines("AT+CMUX=0") + typed(bytes.fromhex("F9033F011CF9 F907")),
    "general": M95 + COMMON + lines("AT+CGEREP=1", "AT+CCFC=0,2", "AT+QGMR", "AT+QCCID", "AT+CCID", "AT+QINISTAT", "AT+QNSTATUS", "AT+CBC", "AT+QNITZ=1", "AT+QLTS", "AT+QSPN?", "AT+QIDNSIP?", "AT+QIURC=1", "AT+QIFGCNT=0",
                                    'AT+QICSGP=1,"CMNET"', "AT+QISTAT", "AT+QISTATE", "AT+QSSLSTATE", "AT+QISRVC=1"),
    "control": M95 + CONTROL + lines("AT+CMGF=1", "AT+QMGDA=\"DEL ALL\"", "AT+QSIMSTAT=1;+QSIMSTAT?", "AT+QTRPIN"),
    "control-online": TRANSPARENT + TCP + RINGS + MESSAGE + CONTEXT_LOST + BROWN_OUT,
    "restart": M95 + line("AT+CFUN=1,1") + wait(100) + line("AT+QPOWD=1") + wait_s(60) + line("AT"),
    "settings": M95 + lines("AT&K4", "AT&K3", "AT+QILOCIP", "AT+QIDEACT", "AT+QIREGAPP", "AT+QIACT", "AT+QISDE=0", "AT+QIPROMPT=1", "AT+QIHEAD=1",
                            "AT+QISHOWPT=1", "AT+QISHOWRA=1", "AT+QISHOWLA=1", "AT+QITCFG=3,2,512,1", 'AT+QIDNSCFG="10.0.0.1","0.0.0.0"', "AT+QIDNSCFG?"),
    "one-socket": M95 + TCP + sends(SECURE, "data") + line("AT+QISEND=3") + typed("abc") + line("AT+QISEND") + typed("x\x1a")
    + lines("AT+QISACK", "AT+QICLOSE"),
    "peer-closes": M95 + TCP + closes(SECURE) + wait(2) + TCP + resets(SECURE) + wait(2) + TCP + sends(SECURE, "last") + hangs_up(SECURE),
    "several": SEVERAL + line("AT+QINDI=1") + line('AT+QIOPEN=0,"TCP","127.0.0.1",443') + wait(2) + sends(SECURE, "data") + wait(2)
    + lines("AT+QIRD=0,1,0,2", "AT+QISTATE") + closes(SECURE) + wait(2) + lines("AT+QIRD=0,1,0,1500", "AT+QICLOSE=0"),
    "received": SEVERAL + line('AT+QIOPEN=0,"TCP","127.0.0.1",443') + wait(2) + sends(SECURE, "data") + wait(2),
    "heads": M95 + line("AT+QIHEAD=1;+QISHOWPT=1;+QISHOWRA=1;+QISHOWLA=1") + TCP + sends(SECURE, "data") + wait(2),
    "udp": SEVERAL + line("AT+QINDI=2") + line('AT+QIOPEN=0,"UDP","127.0.0.1",443') + wait(2) + line("AT+QISEND=0,4") + typed("ping")
    + datagram(443, b"one") + datagram(443, b"three") + wait(2) + lines("AT+QIRD=0,1,0,2", "AT+QIRD=0,1,0,1500"),
    "not-opened": M95 + listens(SECURE, REFUSES) + TCP + names(FAILS) + TCP + names(HANGS) + TCP + wait_s(120) + names(FOUND)
    + listens(SECURE, SILENT) + TCP + wait_s(120),
    "transparent": TRANSPARENT + line("AT+QITCFG=3,1,4,1") + TCP + typed("to the peer") + sends(SECURE, "to the host") + wait(20)
    + ESCAPE + line("ATO") + dtr_drops(1) + stalls(SECURE) + line("ATO") + typed("more") + resumes(SECURE) + hangs_up(SECURE),
    "transparent-no-escape": TRANSPARENT + line("AT+QITCFG=3,1,4,0") + TCP + ESCAPE + dtr_drops(2) + line("AT"),
    "transparent-send": TRANSPARENT + line('AT+QIOPEN="TCP","localhost",443') + line("AT+QISEND"),
    "transparent-other-port": TRANSPARENT + TCP + on_port(2) + lines("AT+QISEND=3", "AT+QIRD=0,1,0,9", "AT+QICLOSE") + on_port(1) + line("AT"),
    "transparent-host-leaves": TRANSPARENT + TCP + LEAVES + sends(SECURE, "next") + GUARD + typed("+++") + GUARD + line("AT"),
    "transparent-in-prompt": TRANSPARENT + line('AT+QIOPEN="TCP","localhost",443') + line('AT+QSECWRITE="RAM:a",9,100') + typed("012345678"),
    "secure": SEVERAL + line('AT+QSSLOPEN=0,0,"localhost",443,0') + wait(2) + sends(SECURE, "0") + wait(2) + line("AT+QSSLRECV=0,0,1500")
    + line("AT+QSSLSEND=0,2") + typed("ab") + line("AT+QSSLSEND=0") + typed("ab\x1a") + line("AT+QSSLSTATE") + corrupts(SECURE) + wait(2)
    + line('AT+QSSLOPEN=0,0,"localhost",443,0') + wait(2) + line("AT+QSSLCLOSE=0") + line("AT+QIDEACT"),
    "secure-fails": SEVERAL + refuses_tls(SECURE) + line('AT+QSSLOPEN=0,0,"localhost",443,0') + wait(2) + ignores_tls(SECURE)
    + line('AT+QSSLOPEN=0,0,"localhost",443,0,10') + wait_s(100),
    "secure-transparent": M95 + line('AT+QSSLOPEN=0,5,"localhost",443,1') + wait(2) + sends(SECURE, "data") + typed("data")
    + dtr_drops(2),
    "verified": M95 + line('AT+QSECWRITE="NVRAM:CA0",3') + typed("ABC") + wait(2) + line('AT+QSECREAD="NVRAM:CA0"')
    + line('AT+QSSLCFG="seclevel",0,1;+QSSLCFG="cacert",0,"NVRAM:CA0"') + line('AT+QSSLOPEN=0,0,"localhost",443,0') + wait(5),
    "files": M95 + line('AT+QSECWRITE="RAM:a",5,3') + typed("abcde") + wait(2) + line('AT+QSECREAD="RAM:a"')
    + line('AT+QSECWRITE="NVRAM:CK0",9') + typed("abc") + ESCAPE + lines('AT+QSECDEL="RAM:a"', 'AT+QSECDEL="NVRAM:CK0"'),
    "files-not-stored": M95 + storing_fails(1) + line('AT+QSECWRITE="NVRAM:CA0",3') + typed("ABC") + no_memory(1)
    + line('AT+QSECWRITE="RAM:a",5,3') + typed("abcde"),
    "host-files": M95 + line('AT+QFUPL="RAM:a",5,3') + typed("abcde") + line('AT+QFUPL="b",9,3') + typed("abc") + ESCAPE
    + lines("AT+QFLST", 'AT+QFLST="RAM:*"', 'AT+QFLDS="RAM"', 'AT+QFDWL="b"', 'AT+QFOPEN="RAM:a"', "AT+QFREAD=134072,2",
            "AT+QFPOSITION=134072", "AT+QFFLUSH=134072", "AT+QFSEEK=134072,1", "AT+QFTUCAT=134072",
            "AT+QFSEEK=134072,0,2") + line("AT+QFWRITE=134072,2,3") + typed("xy")
    + lines("AT+QFCLOSE=134072", 'AT+QFMOV="RAM:a","RAM:c",1', 'AT+QFMOV="RAM:c","d"', 'AT+QFMOV="d","b",0,1', 'AT+QFDEL="*"', 'AT+QFDEL="RAM:a"'),
    "host-files-acknowledged": M95 + line('AT+QFUPL="RAM:a",1025,3,1') + typed("x" * 200) + typed("y" * 200) + typed("z" * 200) + typed("x" * 200) + typed("x" * 200)
    + typed("last bytes of it are here"),
    "host-files-in-flash": M95 + line('AT+QFUPL="a",3,3') + typed("abc") + line("AT+CFUN=1,1") + wait_s(9) + lines("AT", "AT+QFLST", 'AT+QFDWL="a"')
    + storing_fails(1) + line('AT+QFDEL="a"'),
    "kept": M95 + lines("AT+QSCLK=1", "AT+QAUDCH=1", "AT+QSIMDET=1,1", "AT+QREFUSECS=1,0", "AT+QINDRI=1", "AT+QENG=1"),
    "server": SEVERAL + SERVER + calls(SECURE) + wait(4) + calls(WEB) + wait(4) + sends(SECURE, "data") + wait(4)
    + lines("AT+QIRD=0,2,0,1500", "AT+QISRVC=2") + line("AT+QISEND=0,2") + typed("ab") + closes(WEB) + wait(4) + calls(WEB) + wait(4)
    + lines("AT+QICLOSE=0", "AT+QISERVER", "AT+QICLOSE"),
    "server-one": M95 + SERVER + calls(SECURE) + wait(4) + sends(SECURE, "data") + calls(WEB) + wait(4) + resets(SECURE) + calls(SECURE) + wait(4)
    + lines("AT+QICLOSE", "AT+QIDEACT"),
    "server-transparent": TRANSPARENT + SERVER + calls(SECURE) + wait(4) + sends(SECURE, "data") + typed("data") + closes(SECURE)
    + calls(WEB) + wait(4) + ESCAPE + lines("AT+CGATT=0"),
    "suites": M95 + lines('AT+QSSLCFG="ciphersuite",0,"0X002F:0x0035","0X0005"', 'AT+QSSLCFG="ctxindex",0',
                          'AT+QSSLCFG="clientkey",1,"NVRAM:CK0"'),
    "xon-coded": M10 + line("AT+IFC=1,1") + typed(b'AT+QICSGP=1,"w\x88w\x8a"\rAT+QIREGAPP?\rAT+QIREGAPP\rAT+QIMODE=1\r')
    + line('AT+QIOPEN="TCP","localhost",443') + wait(4) + typed(b"w\x88w\xeew\xecwww\x13") + sends(SECURE, "www\x11\x13") + typed("\x11")
    + ESCAPE + lines("AT+IFC=0,0", "AT&K3") + typed("w"),
    "line-ends": M95 + lines("AT+QIDEACT", "AT+QIREGAPP", "AT+QIACT") + line('AT+QIOPEN="TCP","localhost",443') + wait(2)
    + typed("AT+QISEND=2\n\rabAT+QISEND\r\n\x08b\x08\x1aAT\rAT+QISEND=2\r\nab") + line("AT+QIDEACT"),
    "lost": SEVERAL + line('AT+QSSLOPEN=0,0,"localhost",443,1') + wait(2) + on_port(2) + lines("AT+CGATT=0", "AT+QIDEACT") + wait(2),
    "context": SEVERAL + line('AT+QSSLOPEN=0,0,"localhost",443,0') + wait(2) + context_lost(1) + wait(2) + line("AT+QIACT") + LEAVES,
    "context-plain": M95 + TCP + context_lost(1) + wait(2) + line("AT+QIREGAPP"),
    "asks": M95 + line('AT+QPING="127.0.0.1",1,2') + wait(20) + line('AT+QIDNSGIP="localhost"') + wait(5)
    + line('AT+QNTP="localhost",123') + wait(2) + tells_time() + wait(2),
    "asks-nobody": M95 + names(HANGS) + line('AT+QIDNSGIP="localhost"') + context_lost(1) + wait_s(120) + line('AT+QNTP="localhost",123')
    + wait_s(120) + datagram(123, b"\x24" + b"\1" * 47),
    "m10": M10 + COMMON + lines("AT+QGMR", "AT+CBC"),
    "m66": M66 + TCP + POWER_CUT + wait(100) + line("AT"),
    "no-memory": SEVERAL + b"".join(no_memory(call) + line('AT+QSSLOPEN=0,0,"localhost",443,0') + wait(2) for call in (1, 2, 3)),
}

URL = line("AT+QHTTPURL=18,5") + typed("http://localhost/x")
URL_TLS = line('AT+QSSLCFG="https",1;+QSSLCFG="httpsctxi",0') + line("AT+QHTTPURL=19,5") + typed("https://localhost/x")
GET = line("AT+QHTTPGET=9")
READ = line("AT+QHTTPREAD=9")
PAGE = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
CHUNKS = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TO_THE_END = "HTTP/1.0 200 OK\r\n\r\n"
AWAY = "HTTP/1.1 302 Go\r\nLocation: /y\r\n\r\n"
DOWNLOAD = line('AT+QHTTPDL="RAM:f",9,9')

HTTP = {
    "http-get": M95 + URL + GET + sends(WEB, PAGE) + READ + lines("AT+QHTTPURL?", "AT+QHTTPCFG?", 'AT+QHTTPCFG="User-Agent","x"'),
    "http-get-tls": M95 + URL_TLS + GET + sends(SECURE, TO_THE_END) + READ + sends(SECURE, "+++OK\r\n") + hangs_up(SECURE),
    "http-get-chunks": M95 + URL + GET + sends(WEB, CHUNKS) + READ + sends(WEB, "5\r\nhello\r\n") + sends(WEB, "0\r\n\r\n"),
    "http-get-redirects": M95 + URL + GET + sends(WEB, AWAY) * 6,
    "http-get-to-tls": M95 + URL + GET + sends(WEB, "HTTP/1.1 307 Go\r\nLocation: https://localhost/y\r\n\r\n") + sends(SECURE, PAGE) + READ,
    "http-get-slow-host": M95 + URL + GET + sends(WEB, TO_THE_END) + reads(0) + READ + sends(WEB, "x" * 15000) + READS_ALL + hangs_up(WEB),
    "http-get-escape": M95 + URL + GET + sends(WEB, TO_THE_END) + READ + ESCAPE + READ,
    "http-get-lost": M95 + URL + GET + sends(WEB, CHUNKS) + READ + resets(WEB),
    "http-get-refused": M95 + refuses_tls(SECURE) + URL_TLS + GET + READ,
    "http-get-silent": M95 + URL + GET + wait_s(30) + GET + sends(WEB, PAGE) + wait_s(30) + READ,
    "http-get-context": M95 + URL + GET + sends(WEB, CHUNKS) + READ + context_lost(1) + line("AT+QIDEACT") + line("AT+CFUN=1,1"),
    "http-get-host-leaves": M95 + URL + GET + LEAVES + sends(WEB, PAGE) + READ + LEAVES + line("AT"),
    "http-post": M95 + URL + line("AT+QHTTPPOST=5,9,9") + typed("hello") + sends(WEB, "HTTP/1.1 100 Continue\r\n\r\n") + sends(WEB, PAGE) + READ,
    "http-post-again": M95 + URL + line("AT+QHTTPPOST=5,9,9") + typed("hello")
    + sends(WEB, "HTTP/1.1 307 Go\r\nLocation: /y\r\n\r\n") + sends(WEB, PAGE),
    "http-post-half": M95 + URL + line("AT+QHTTPPOST=9") + typed("half") + wait_s(80),
    "http-download": M95 + URL + GET + sends(WEB, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") + DOWNLOAD + sends(WEB, "hello") + wait(2) + line('AT+QFDEL="RAM:f"')
    + GET + sends(WEB, CHUNKS) + DOWNLOAD + sends(WEB, "5\r\nhello\r\n") * 2,
    "http-download-unknown": M95 + URL + GET + sends(WEB, TO_THE_END + "x") + line('AT+QHTTPDL="RAM:f",9,2') + hangs_up(WEB) + wait_s(3) + line('AT+QFDWL="RAM:f"'),
    "http-download-radio": M95 + URL + GET + sends(WEB, CHUNKS) + DOWNLOAD + lines("AT+CFUN=4", "AT+CFUN=1") + GET + sends(WEB, "HTTP/1.1 404 No\r\n\r\n"),
    "http-no-memory": M95 + URL + GET + sends(WEB, CHUNKS + "x") + no_memory(1) + DOWNLOAD + no_memory(1) + line("AT+QHTTPPOST=5,9,9") + no_memory(1) + GET,
}

# The first recipient and the subject; a sender; the account has no user.
ACCOUNT = M95 + lines('AT+QSMTPSRV="localhost",25', 'AT+QSMTPADDR="a@b"', 'AT+QSMTPNAME="A"', 'AT+QSMTPDST=1,1,"c@d"',
                      'AT+QSMTPSUB=1,"s"')
BODY = line("AT+QSMTPBODY=1,9") + typed(".\r\nhello\r\n") + ESCAPE
ATTACHED = line('AT+QSMTPATT="a",5,9') + typed("hello")
PUT = line("AT+QSMTPPUT=9")
USER = lines('AT+QSMTPUSER="u"', 'AT+QSMTPPWD="p"')
SENT = replies(MAIL, "250 ok", "250 ok", "354 go on", "250 ok", "221 bye") + wait(2)

MAILS = {
    "mail": ACCOUNT + BODY + ATTACHED + PUT + replies(MAIL, "220 ready", "250 hello") + SENT,
    "mail-utf8": ACCOUNT + line("AT+QSMTPSUB=1,\"Gr\xfc\xdfe\"") + line('AT+QSMTPNAME="J\xf6rg"') + BODY + line('AT+QSMTPATT="\xe4.bin",5,9')
    + typed("hello") + PUT + replies(MAIL, "220 ready", "250 hello") + SENT,
    "mail-gb2312": ACCOUNT + typed(b'AT+QSMTPSUB=2,"\xc4\xe3\xba\xc3"\r') + typed(b'AT+QSMTPATT="\xc4\xe3.bin",5,9\r') + typed("hello") + BODY
    + PUT + replies(MAIL, "220 ready", "250 hello") + SENT,
    "mail-helo": ACCOUNT + BODY + PUT + replies(MAIL, "220 ready", "502 what", "250 hello") + SENT,
    "mail-two": ACCOUNT + line('AT+QSMTPDST=1,3,"e@f"') + BODY + PUT + replies(MAIL, "220 ready", "250 hello", "250 ok") + SENT,
    "mail-plain-login": ACCOUNT + BODY + USER + PUT + replies(MAIL, "220 ready") + sends(MAIL, "250-x\r\n250 AUTH PLAIN LOGIN\r\n")
    + replies(MAIL, "235 in") + SENT,
    "mail-login": ACCOUNT + BODY + USER + PUT + replies(MAIL, "220 ready", "250 AUTH LOGIN", "334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 in") + SENT,
    "mail-tls": ACCOUNT + line('AT+QSSLCFG="smtpstyle",1;+QSSLCFG="smtpsctxi",0') + BODY + PUT + replies(MAIL, "220 ready", "250 hello") + SENT,
    "mail-starttls": ACCOUNT + line('AT+QSSLCFG="smtpstyle",2;+QSSLCFG="smtpsctxi",0') + BODY + PUT + replies(MAIL, "220 ready", "250 STARTTLS", "220 go", "250 hello") + SENT,
    "mail-injected": ACCOUNT + line('AT+QSSLCFG="smtpstyle",2;+QSSLCFG="smtpsctxi",0') + BODY + PUT + replies(MAIL, "220 ready", "250 STARTTLS")
    + sends(MAIL, "220 go\r\n250 more\r\n"),
    "mail-refused": ACCOUNT + BODY + PUT + replies(MAIL, "220 ready", "550 no", "250 ok", "530 log in") + PUT + replies(MAIL, "550 no"),
    "mail-stalled": ACCOUNT + BODY + PUT + replies(MAIL, "220 ready", "250 hello", "250 ok", "250 ok") + stalls(MAIL) + replies(MAIL, "354 go on") + wait_s(60),
    "mail-context": ACCOUNT + PUT + replies(MAIL, "220 ready") + context_lost(1) + wait(2) + lines("AT+QSMTPATT=0", "AT+QSMTPCLR"),
    "mail-ends": ACCOUNT + BODY + PUT + sends(MAIL, "220 ready\r\n") + sends(MAIL, "250 hello\r\n250 ok\r\n421 bye\r\n") + hangs_up(MAIL),
    "mail-host-leaves": ACCOUNT + line("AT+QSMTPBODY=1,9") + typed("half") + LEAVES + line("AT"),
    "mail-no-memory": ACCOUNT + no_memory(1) + BODY + no_memory(1) + ATTACHED + no_memory(1) + PUT,
}

# Plain, and connected; what is refused later.
BROKER = M95 + line('AT+QMTOPEN=0,"localhost",80') + wait(2) + line('AT+QMTCONN=0,"c","u","p"') + wait(2)
CONNACK = sends(WEB, b"\x20\x02\0\0") + wait(2)

MQTT = {
    "mqtt": M95 + lines('AT+QMTCFG="SESSION",0,0', 'AT+QMTCFG="WILL",0,1,2,1,"w","gone"', 'AT+QMTCFG="will",0', 'AT+QMTCFG="SHOWRECVLEN",0,1') + BROKER[1:] + CONNACK
    + line('AT+QMTPUB=0,0,0,0,"t"') + typed("hi\x1a") + line('AT+QMTPUB=0,1,1,1,"t",2') + typed("hi") + wait(2) + sends(WEB, b"\x40\x02\0\1") + wait(2)
    + line('AT+QMTSUB=0,2,"a",0,"b",2') + sends(WEB, b"\x90\x04\0\2\0\x80") + wait(2) + line('AT+QMTUNS=0,3,"a"') + sends(WEB, b"\xb0\x02\0\3") + wait(2)
    + sends(WEB, b"\x30\x04\0\1tx\x34\x06\0\1t\0\1x") + wait(4) + lines("AT+QMTOPEN?", "AT+QMTCONN?") + line("AT+QMTDISC=0") + wait(4),
    "mqtt-tls": M95 + line('AT+QMTCFG="SSL",5,1,2') + line('AT+QMTOPEN=5,"localhost",443') + wait(2) + line('AT+QMTCONN=5,"c"')
    + sends(SECURE, b"\x20\x02\0\5") + wait(2),
    "mqtt-closed": BROKER + CONNACK + closes(WEB) + wait(4) + line('AT+QMTOPEN=0,"localhost",80') + wait(2) + line("AT+QMTCLOSE=0") + wait(4),
    "mqtt-silent": BROKER + wait_s(20) + BROKER[1:] + CONNACK + line('AT+QMTPUB=0,1,2,0,"t",1') + typed("x") + wait_s(200),
    "mqtt-broken": BROKER + sends(WEB, "HTTP/1.1 400 No\r\n") + BROKER[1:] + CONNACK + sends(WEB, b"\x90\x02\0\1") + wait(4),
    "mqtt-cloud": M95 + line('AT+QMTCFG="ALIAUTH",0,"k","n","s";+QMTCFG="aliauth",0') + line('AT+QMTOPEN=0,"localhost",80') + wait(4) + line('AT+QMTCONN=0,"c"') + CONNACK,
    "mqtt-context": BROKER + CONNACK + context_lost(1) + wait(2),
    "mqtt-no-memory": M95 + b"".join(no_memory(call) + BROKER[1:] for call in (1, 2, 3)),
}

SEEDS = {**SOCKETS, **HTTP, **MAILS, **MQTT}
