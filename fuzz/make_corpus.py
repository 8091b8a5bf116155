#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to fuzz/corpus.

    fuzz/make_corpus.py            all but x509
    fuzz/make_corpus.py --x509     x509 too, with new keys (needs openssl)

Seeds that a fuzzer has found are named by their hash and are left alone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"

SSL, NUMBERS, WORDS, SHORT, KEPT = 1, 2, 4, 8, 16

AT_LINES = {
    "attention": (0, b"AT\r"),
    "lower-case": (0, b"at\r\n"),
    "setup": (0, b"ATE0Q0V1X1&K0\rAT+CMEE=2\rAT+CREG?\rAT+CGATT?\r"),
    "identity": (0, b"ATI3\rAT+CGMI;+CGMM;+CGMR;+CGSN\rAT#CGSN\rAT+CIMI\r"),
    "repeat": (0, b"AT+CGMM\rA/a/"),
    "erase": (0, b"ATE1\b0\rATX\b\b\b\bAT\r"),
    "junk": (0, b"\x1a\n\0xyzAATAT\r\r\n"),
    "registers": (0, b"ATS3?S4?S5?S12=40S12?\rATS0=?\r"),
    "line-end": (0, b"ATS3=33\rAT!ATS3=13!AT\r"),
    "numbers": (NUMBERS, b"AT+CMEE=9\rAT+NO\rAT#SSLCFG?\r"),
    "words": (WORDS, b"AT+CMEE=9\rAT#SSLRECV=1,1001\rAT#SSLD=1,443,\"h\",0\r"),
    "short": (SHORT, b"AT\rATI\rAT+NO\rATO\r"),
    "quiet": (0, b"ATQ1\rAT\rATQ0\r"),
    "long-line": (0, b"AT" + b"+CGMM;" * 70 + b"\rAT\r"),
    "nearly-long-line": (0, b"AT" + b";" * 398 + b"\rAT\r"),
    "quotes": (0, b'AT+CGDCONT=1,"IP","a;b,c"\rAT+CGDCONT=1,IP,apn\rAT+CGDCONT?\r'),
    "blanks": (0, b"AT + CMEE = 1\rAT+CMEE = 1 ; +CMEE ?\r"),
    "tests": (SSL, b"AT#SSLEN=?;#SSLCFG=?;#SSLSECCFG=?;#SSLD=?;#SSLRECV=?;#SSLSECDATA=?\r"),
    "context": (0, b'AT+CGDCONT=1,"IP","internet"\rAT#SGACT=1,1\rAT#SGACT?\rAT#SGACT=1,0\r'),
    "enable-twice": (SSL | WORDS, b"AT#SSLEN=1,1\rAT#SSLEN=1,0\rAT#SSLEN=1,0\rAT#SSLEN?\r"),
    "configure": (SSL, b"AT#SSLSECCFG=1,0,1,1\rAT#SSLSECCFG2=1,2\rAT#SSLCFG=1,1,300,90,100,50,2,2\r"),
    "dial": (SSL, b'AT#SSLD=1,443,"localhost",0,1\rAT#SSLS=1\r'),
    "dial-name": (SSL, b'AT#SSLD=1,443,"no.such.name",0,1,100\rAT\r'),
    "dial-refused": (SSL | NUMBERS, b'AT#SSLD=1,444,127.0.0.1,0,0\r'),
    "dial-six": (SSL, b'AT#SSLD=1,443,"::1",0,0,10\r'),
    "certificate": (SSL, b"AT#SSLSECDATA=1,1,1,40\r\n-----BEGIN CERTIFICATE-----\nMIIB\n\x1aAT#SSLSECDATA=1,2,1\r"),
    "der": (SSL, b"AT#SSLSECCFG=1,0,0,0\rAT#SSLSECDATA=1,1,2,4\r0\x1a\x1b\bAT#SSLSECDATA?\r"),
    "aborted": (SSL, b"AT#SSLSECDATA=1,3,0,20\rabc\x1bAT\r"),
    "authenticate": (SSL | WORDS, b'AT#SSLSECCFG=1,3,2\rAT#SSLD=1,443,"localhost",0,1\r'),
    "profiles": (KEPT, b"AT+CMEE=2;&W\rAT&F\rATZ\rAT&V\rAT&Y1&P0\r"),
    "reboot": (KEPT, b"AT#REBOOT\r"),
    "radio": (SSL, b"AT+CREG=2;+CGREG=1\rAT+CFUN=4\rAT+CREG?;+CSQ;+COPS?\rAT+CFUN=1\r"),
    "clock": (0, b'AT+CCLK="25/06/01,12:30:00+08"\rAT+CCLK?\rAT+CCLK="25/02/30,0"\r'),
    "ports": (0, b"AT+IPR=115200;+ICF=3;+IFC=2,2\r"),
    "plain-sockets": (0, b"AT#SCFG=1,1,300,90,600,50\rAT#SCFG?\rAT#SGACTCFG=1,3,180,0\r"),
    "dial-voice": (0, b"ATDT0123456;\rATH\rATO\rATA\r"),
    "refused": (WORDS, b"AT#SSLFASTD=1\rAT#FTPOPEN=host:21,u,p,1\rAT#CCLK?\r"),
}

PEM, DER, SEND, SEND_EXT, COMMAND, RING, ONLINE, AUTOMATIC = range(8)


def typed(data: bytes) -> bytes:
    return b"".join(b"t" + bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255))


def sent(data: bytes) -> bytes:
    return b"s" + bytes([len(data)]) + data


def wait(tenths: int) -> bytes:
    return b"".join(b"w" + bytes([min(255, tenths - i)]) for i in range(0, tenths, 255))


def eat(amount: int) -> bytes:
    return b"e" + bytes([amount])


TEXT = b"-----BEGIN CERTIFICATE-----\nMIIBszCCARygAwIBAgIBATAN\n-----END CERTIFICATE-----\n"
REDIAL = typed(b'AT#SSLD=1,443,"localhost",0,1\r')

ONLINE_STEPS = {
    "pem-store": (PEM, typed(TEXT + b"\x1a") + typed(b"AT#SSLSECDATA=1,2,1\r")),
    "pem-edit": (PEM, typed(b"abc\b\b\bxyz\x7f\n\x1a")),
    "pem-abort": (PEM, typed(b"abc\x1bAT\r")),
    "pem-idle": (PEM, typed(b"abc") + wait(700)),
    "pem-surplus": (PEM, typed(b"x" * 2100 + b"\x1a")),
    "der-store": (DER, typed(b"0\x1a\x1b\b\r\n\0" + b"z" * 57 + b"AT\r")),
    "der-idle": (DER, typed(b"0\x1a") + wait(601)),
    "send": (SEND, typed(b"GET / HTTP/1.0\r\n\r\n\x1a\r") + sent(b"HTTP/1.0 200 OK\r\n")),
    "send-edit": (SEND, typed(b"ab\b\bcd\x1a")),
    "send-abort": (SEND, typed(b"abc\x1b") + typed(b"AT\r")),
    "send-ring-inside": (SEND, typed(b"ab") + sent(b"early") + typed(b"cd\x1a")),
    "send-closed-inside": (SEND, typed(b"ab") + b"c" + typed(b"cd\x1a") + typed(b"AT\r")),
    "send-reset-inside": (SEND, typed(b"ab") + b"x" + typed(b"cd\x1a")),
    "send-too-much": (SEND, typed(b"y" * 1100 + b"\x1a")),
    "send-ext": (SEND_EXT, typed(b"\x1a" * 64 + b"\x1a\rAT\r")),
    "send-ext-stalled": (SEND_EXT, b"z" + typed(b"v" * 64) +
                         b"".join(typed(b"AT#SSLSENDEXT=1,1500,10\r" + b"u" * 1500) + wait(11) for _ in range(4)) + b"r"),
    "send-ext-idle": (SEND_EXT, typed(b"abc") + wait(700)),
    "receive": (COMMAND, sent(b"0123456789") + typed(b"AT#SSLRECV=1,4\rAT#SSLRECV=1,100\r")),
    "receive-waits": (COMMAND, typed(b"AT#SSLRECV=1,100,20\r") + wait(10) + sent(b"late")),
    "receive-times-out": (COMMAND, typed(b"AT#SSLRECV=1,100,20\r") + wait(21)),
    "receive-closed": (COMMAND, typed(b"AT#SSLRECV=1,100,20\r") + b"c"),
    "receive-record": (COMMAND, typed(b"AT#SSLRECV=1,100,20\r") + b"k"),
    "close-with-data": (COMMAND, sent(b"last words") + b"c" + typed(b"AT#SSLRECV=1,4\rAT#SSLRECV=1,100\rAT#SSLRECV=1,1\r")),
    "status": (COMMAND, typed(b"AT#SSLS=1\rAT#SSLEN=1,0\rAT#SSLCFG=1,1,300,90,100,50\rAT#SSLH=1\rAT#SSLS=1\r")),
    "redial": (COMMAND, typed(b"AT#SSLH=1\r") + b"a" + REDIAL + typed(b"AT#SSLS=1\r")),
    "redial-fails": (COMMAND, typed(b"AT#SSLH=1\rAT+CMEE=2\r") + b"f\x02" + REDIAL),
    "redial-hangs": (COMMAND, typed(b"AT#SSLH=1\r") + REDIAL + wait(500)),
    "redial-reset": (COMMAND, typed(b"AT#SSLH=1\r") + REDIAL + b"x"),
    "radio-off": (COMMAND, typed(b"AT+CFUN=4\r") + wait(1) + typed(b"AT+CFUN=1\r")),
    "reboot": (COMMAND, typed(b"AT#REBOOT\r") + wait(100) + typed(b"AT\r")),
    "ring": (RING, sent(b"ring") + typed(b"A") + sent(b"held") + wait(60) + typed(b"T\r")),
    "ring-many": (RING, b"".join(sent(bytes([65 + i]) * 255) for i in range(16)) + b"c"),
    "ring-slow-host": (RING, eat(0) + b"".join(sent(bytes([65 + i]) * 255) for i in range(16)) + eat(40) + wait(1) + eat(255)),
    "online": (ONLINE, typed(b"hello") + wait(60) + sent(b"world")),
    "online-packets": (ONLINE, typed(b"p" * 1000) + wait(60)),
    "online-escape": (ONLINE, typed(b"data") + wait(11) + typed(b"+++") + wait(11) + typed(b"AT\rAT#SSLO=1\r") + typed(b"more")),
    "online-no-escape": (ONLINE, wait(11) + typed(b"++") + wait(11) + typed(b"+++x") + typed(b"a+++b")),
    "online-escape-in-pieces": (ONLINE, wait(11) + typed(b"+") + wait(3) + typed(b"++") + wait(11)),
    "online-close": (ONLINE, sent(b"bye") + b"c"),
    "online-hang-up": (ONLINE, sent(b"bye") + b"h"),
    "online-reset": (ONLINE, sent(b"bye") + b"x" + typed(b"data")),
    "online-corrupt": (ONLINE, sent(b"bye") + b"k"),
    "online-idle": (ONLINE, typed(b"x") + wait(1000)),
    "online-dtr": (ONLINE, b"d" + typed(b"AT\r")),
    "online-stalled": (ONLINE, b"z" + typed(b"s" * 6000) + wait(100) + typed(b"+") + wait(30) + b"r" + wait(100)),
    "online-slow-host": (ONLINE, eat(0) + b"".join(sent(b"d" * 255) for _ in range(40)) + eat(100) + wait(5) + eat(255)),
    "online-both": (ONLINE, b"z" + eat(3) + typed(b"s" * 5000) + sent(b"d" * 255) * 30 + b"r" + eat(255)),
    "automatic": (AUTOMATIC, typed(b"one") + typed(b"two" * 600) + wait(1)),
    "automatic-stalled": (AUTOMATIC, b"z" + typed(b"s" * 6000) + b"r"),
}

STORED = {
    "nothing": b"",
    "settings": b"set/#SSLEN/0\t1,1\nset/#SSLCFG/0\t1,2,1000,0,5000,255,2,1,0,0\nset/#SSLSECCFG/0\t1,5,0\nset/#SSLSECCFG2/0\t1,2\n",
    "contexts": b'set/+CGDCONT/0\t1,"IP","internet","",0,0\nset/+CGDCONT/4\t5,"IPV4V6","apn","10.0.0.1",1,1\n',
    "context-type": b'set/+CGDCONT/0\t1,"NOT","internet","",0,0\n',
    "context-controls": b'set/+CGDCONT/0\t1,"IP","a\rb\x01","",0,0\n',
    "profile": b"profile/0/0\tE0;Q0;V1;X1;&C1;&D0;&K3;&S3;S0=000;S2=043;S3=013;S4=010;S5=008;S7=060;S12=050;+CMEE=2;\n",
    "profiles": b"profile/0/0\tE0;\nprofile/1/0\tV0;+CMEE=1;\nprofile/chosen/0\t1\nprofile/0/1\tE0;Q1;\n",
    "profile-line-end": b"profile/0/0\tS3=033;S4=033;S5=033;S2=200;\n",
    "profile-nonsense": b"profile/0/0\t#REBOOT;E9;S99=1;+NO=1;;;\"\nprofile/chosen/0\t9\n",
    "profile-long": b"profile/0/0\t" + b"E0;" * 400 + b"\n",
    "other-socket": b"set/#SSLEN/0\t2,1\nset/#SSLEN/5\t6,1\n",
    "out-of-range": b"set/#SSLCFG/0\t1,9,9999,99999,1,999,9,9\nset/#SSLEN/0\t1,7\n",
    "too-few": b"set/#SSLCFG/0\t1\nset/#SSLEN/0\t\n",
    "too-many": b"set/#SSLCFG/0\t1,1,300,90,100,50,0,0,0,0,0,0,0,0,0,0\n",
    "binary": b"set/#SSLCFG/0\t\xff\xfe\x00\x01\nset/#SSLEN/0\t\x00\n",
    "damaged": b"?set/#SSLCFG/0\t1,1,300,90,100,50\n?profile/0/0\tE0;\n?!security/1/1\tx\n?!security/1/2\tx\n",
    "certificate": b"set/#SSLEN/0\t1,1\nset/#SSLSECCFG/0\t1,0,1\n!security/1/1\t-----BEGIN CERTIFICATE----- \n",
    "mutual": b"set/#SSLEN/0\t1,1\nset/#SSLSECCFG/0\t1,0,2\n!security/1/0\t0\x82\n!security/1/1\t0\x82\n!security/1/2\t0\x82\n",
    "not-a-certificate": b"set/#SSLEN/0\t1,1\nset/#SSLSECCFG/0\t1,0,1\n!security/1/1\trubbish\n",
    "empty-security": b"!security/1/0\t\n!security/1/1\t\n!security/1/2\t\n",
    "large-security": b"!security/1/1\t" + b"c" * 5000 + b"\n!security/1/0\t" + b"c" * 2047 + b"\n",
    "plain-security": b"security/1/1\tnot marked as secret\n",
    "plain-sockets": b"set/#SCFG/0\t1,5,1500,65535,1200,255\nset/#SCFG/5\t6,1,0,0,10,0\nset/#SGACTCFG/4\t5,15,3600,1\n",
    "general": b"set/#NITZ/0\t0,0\nset/#CPUMODE/0\t7\nset/#SGACTAUTH/0\t2\n",
    "rate": b"profile/0/0\t+IPR=9600;+ICF=2,1;+IFC=0,0;\n",
}

EXACT, RAW, ESCAPE, DROP, MEMORY, ECHO_ON, NO_ECHO, CONNECT, SILENT = (1 << bit for bit in range(9))


def ask(count: int, flags: int, idle: int = 0, total: int = 0) -> bytes:
    return b"a" + bytes([count - 1, flags >> 8, flags & 255, idle, total])


GUARD = wait(10)
DIALECT_STEPS = {
    "edit": (0, ask(9, 0) + typed(b"ab\b\bcd\x1a")),
    "edit-echo": (1, typed(b"ATE1\r") + ask(9, 0) + typed(b"ab\b\bcd\x1a")),
    "exact": (0, ask(5, EXACT) + typed(b"\x1a\x1b\b\r\n")),
    "exact-escape": (0, ask(9, EXACT | ESCAPE) + typed(b"abcde") + GUARD + typed(b"+++") + GUARD),
    "exact-no-escape": (0, ask(6, EXACT | ESCAPE) + typed(b"abc") + GUARD + typed(b"+++")),
    "raw": (0, ask(9, RAW | ESCAPE) + typed(b"\x1a\x1b") + GUARD + typed(b"++") + typed(b"+") + GUARD),
    "raw-no-escape": (1, typed(b"ATE1\r") + ask(9, RAW | ESCAPE) + GUARD + typed(b"++") + GUARD + typed(b"+++x")),
    "raw-over": (0, ask(3, RAW | ESCAPE) + typed(b"abcdefg") + GUARD + typed(b"+++") + GUARD),
    "raw-total": (0, ask(30, RAW | MEMORY, 0, 20) + typed(b"0123456789" * 4) + wait(20)),
    "idle": (8, ask(9, DROP) + typed(b"0123456789") + wait(50)),
    "connect": (1, ask(9, EXACT | CONNECT | NO_ECHO) + typed(b"012345678")),
    "silent": (0, typed(b"ATE1\r") + ask(9, EXACT | SILENT | ECHO_ON) + typed(b"012345678")),
    "line-feeds": (2, typed(b"AT\nAT\r\nAT\n\r\n\nATE1\nAT\n")),
    "line-feed-then-data": (2, typed(b"AT+ASK=2,1\n\n1AT+ASK=2,1\r\n12")),
    "rows": (4, typed(b"AT+RUN?;+NUMBER=\"7\",8;+CODES\rAT+PLAIN=1\rAT+FAIL=1;+RUN\rATX9&W&V\r")),
    "distances": (48, b"s\x05" + typed(b"AT\r") + wait(1) + typed(b"AT+SAY=3\rA") + wait(60)),
    "slow-host": (1, typed(b"ATE1\r") + b"e\0" + typed(b"AT\r" * 18) + ask(39, RAW | ESCAPE | MEMORY) + typed(b"0123456789" * 4)
                  + GUARD + typed(b"+++") + GUARD + b"e\xff" + GUARD + typed(b"+++") + GUARD),
}

X509_SCRIPT = r"""
set -eu
key() { openssl genpkey -quiet -algorithm "$1" -pkeyopt "$2" -out "$3"; }
key RSA rsa_keygen_bits:1024 rsa.key
key RSA rsa_keygen_bits:1024 other.key
key EC ec_paramgen_curve:P-256 ec.key
openssl genpkey -algorithm ED25519 -out ed.key
openssl rsa -in rsa.key -traditional -out rsa1.key 2>/dev/null
openssl rsa -in rsa.key -aes128 -passout pass:x -traditional -out locked.key 2>/dev/null
openssl pkcs8 -topk8 -in rsa.key -v2 aes128 -passout pass:x -out locked8.key
openssl ec -in ec.key -out ec1.key 2>/dev/null
req() { openssl req -x509 -new -key "$1" -subj "$2" -days 3650 -set_serial 1 -out "$3"; }
req rsa.key "/CN=Root" root.pem
req ec.key "/CN=EC root" ecroot.pem
req ed.key "/CN=Ed root" edroot.pem
openssl req -x509 -new -md5 -key rsa.key -subj "/CN=MD5" -days 9 -set_serial 2 -out md5.pem
openssl req -x509 -new -key rsa.key -subj "/CN=Old" -days 1 -set_serial 3 -out old.pem
openssl req -x509 -new -key rsa.key -subj "/CN=$(printf 'n%.0s' $(seq 60))" -days 9 -set_serial 4 \
  -addext "subjectAltName=DNS:a.test,DNS:*.b.test,IP:127.0.0.1,IP:::1,URI:http://c.test/,email:d@e.test" \
  -addext "keyUsage=digitalSignature" -addext "extendedKeyUsage=clientAuth" -addext "nameConstraints=permitted;DNS:.test" -out names.pem
openssl req -new -key other.key -subj "/CN=client" -out client.csr
openssl x509 -req -in client.csr -CA root.pem -CAkey rsa.key -set_serial 5 -days 3650 -out client.pem 2>/dev/null
openssl x509 -in root.pem -text -out text.pem
openssl x509 -in root.pem -trustout -out trusted.pem
openssl crl2pkcs7 -nocrl -certfile root.pem -out bundle.p7b
for name in root ecroot edroot md5 old names client; do openssl x509 -in $name.pem -outform DER -out $name.der; done
openssl rsa -in rsa.key -traditional -outform DER -out rsa1.der 2>/dev/null
openssl rsa -in other.key -traditional -outform DER -out other1.der 2>/dev/null
openssl pkcs8 -topk8 -nocrypt -in rsa.key -outform DER -out rsa8.der
openssl ec -in ec.key -outform DER -out ec1.der 2>/dev/null
openssl rsa -in rsa.key -pubout -out public.pem 2>/dev/null
"""


def x509_seeds(folder: Path) -> dict[str, tuple[bytes, bytes, bytes]]:
    def file(name: str) -> bytes:
        return (folder / name).read_bytes()

    root, client, key = file("root.pem"), file("client.pem"), file("other.key")
    seeds = {
        "nothing": (b"", b"", b""),
        "root-pem": (root, b"", b""),
        "root-der": (file("root.der"), b"", b""),
        "two-roots": (root + file("ecroot.pem"), b"", b""),
        "root-twice": (root + root, b"", b""),
        "two-roots-der": (file("root.der") + file("ecroot.der"), b"", b""),
        "mutual-pem": (root, client, key),
        "mutual-der": (file("root.der"), file("client.der"), file("other1.der")),
        "mutual-chain": (root, client + root, key),
        "mutual-mixed": (root, file("client.der"), key),
        "mutual-ec": (file("ecroot.pem"), file("ecroot.pem"), file("ec.key")),
        "mutual-ec-der": (file("ecroot.der"), file("ecroot.der"), file("ec1.der")),
        "mutual-ed": (file("edroot.pem"), file("edroot.pem"), file("ed.key")),
        "wrong-key": (root, client, file("rsa.key")),
        "key-pkcs1": (root, root, file("rsa1.key")),
        "key-pkcs1-der": (root, root, file("rsa1.der")),
        "key-pkcs8-der": (root, root, file("rsa8.der")),
        "key-ec-pem": (root, file("ecroot.pem"), file("ec1.key")),
        "key-locked": (root, client, file("locked.key")),
        "key-locked-pkcs8": (root, client, file("locked8.key")),
        "key-public": (root, client, file("public.pem")),
        "key-alone": (root, b"", key),
        "certificate-alone": (root, client, b""),
        "certificate-is-a-key": (root, key, key),
        "key-is-a-certificate": (root, client, client),
        "ca-is-a-key": (key, b"", b""),
        "ca-is-a-request": (file("client.csr"), b"", b""),
        "ca-is-pkcs7": (file("bundle.p7b"), b"", b""),
        "ca-trusted": (file("trusted.pem"), b"", b""),
        "ca-with-text": (file("text.pem"), b"", b""),
        "ca-crlf": (root.replace(b"\n", b"\r\n"), b"", b""),
        "ca-cr": (root.replace(b"\n", b"\r"), b"", b""),
        "ca-no-final-line-feed": (root.rstrip(b"\n"), b"", b""),
        "ca-with-a-nul": (root + b"\0", b"", b""),
        "ca-cut": (root[: len(root) // 2], b"", b""),
        "ca-der-cut": (file("root.der")[:200], b"", b""),
        "ca-der-surplus": (file("root.der") + b"\0" * 20, b"", b""),
        "ca-one-line": (b"".join(root.split(b"\n")), b"", b""),
        "ca-names": (file("names.pem"), b"", b""),
        "ca-md5": (file("md5.pem"), b"", b""),
        "ca-old": (file("old.der"), b"", b""),
        "blank": (b"\n", b"\n", b"\n"),
        "begin-only": (b"-----BEGIN CERTIFICATE-----\n", b"", b""),
        "not-base64": (b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", b"", b""),
        "empty-pem": (b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", b"", b""),
        "der-header": (b"\x30\x82\xff\xff", b"", b""),
        "der-endless": (b"\x30\x80\x30\x80\x30\x80\x00\x00", b"", b""),
    }
    return seeds


HEAD = b"HTTP/1.1 200 OK\r\nServer: s\r\n"
HTTP = {
    "length": (0, HEAD + b"Content-Length: 5\r\n\r\nhello"),
    "bytewise": (1 << 2, HEAD + b"Content-Length: 5\r\n\r\nhello"),
    "to-head": (1, HEAD + b"Content-Length: 5\r\n\r\n"),
    "by-close": (7 << 2, b"HTTP/1.0 404 Not Found\nA: b\n\nto the end"),
    "chunked": (0, HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n4;x=y\r\nWiki\r\nA\r\n0123456789\r\n0\r\nT: u\r\n v\r\n\r\n"),
    "interim": (0, b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nLink: x\r\n\r\nHTTP/1.1 204\r\n\r\n"),
    "folded": (0, HEAD + b"A: b\r\n\tc\r\nContent-Length: 1, 1\r\n\r\nx"),
    "two-lengths": (0, HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nx"),
    "huge-length": (0, HEAD + b"Content-Length: 9223372036854775807\r\n\r\nx"),
    "location": (0, b"HTTP/1.1 302 Found\r\nLocation: //other:8080/../x\r\n\r\n"),
    "url": (2, b"https://[2001:db8::1]:8443/a/./b/../c?d=e#f"),
    "url-relative": (2, b"../../x y\xc3\xa9?q"),
    "url-user": (2, b"http://user:secret@host/"),
    "url-other": (2, b"ftp://host/"),
}


def sntp(first: int, stratum: int, reference: bytes, stamp: int) -> bytes:
    """An answer to the request stamped 1, received and sent at `stamp`."""
    return bytes([first, stratum, 6, 0xEC]) + bytes(8) + reference.ljust(4, b"\0") + bytes(8) \
        + b"".join(time.to_bytes(8, "big") for time in (1, stamp, stamp))


SNTP = {
    "time": sntp(0x24, 1, b"GPS", 0xEB1F_3040_8000_0000),
    "time-extended": sntp(0x24, 15, b"GPS", 0xEB1F_3040_8000_0000) + bytes(20),
    "next-era": sntp(0x1C, 2, b"GPS", 0x0000_0001_0000_0000),
    "no-time": sntp(0x24, 1, b"GPS", 0),
    "unsynchronized": sntp(0xE4, 0, b"INIT", 0),
    "kiss": sntp(0xE4, 0, b"RATE", 0),
    "client": sntp(0x23, 0, b"", 0),
    "cut": sntp(0x24, 1, b"GPS", 0xEB1F_3040_8000_0000)[:47],
}


MAIL_BLOCKS = [b"a@x.test", b"b@y.test"]
MAIL = {
    "replies": b"\0220-mail.test\r\n220 ESMTP\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n354 go\r\n",
    "replies-broken": b"\x00250-a\r\nb\r\n\x01\r\n250 c\r\nnonsense\r\n",
    "mail": (0x01, [b"Subject", b"Name", b"One\r\n.\nTwo\r"], b""),
    "mail-utf8": (0x05, [b"Gr\xc3\xbc\xc3\x9fe " * 20, b"J\xc3\xbcrgen", b"\xc3\xa4\n" * 40], b""),
    "mail-gb2312": (0x1A, [b"\xc4\xe3\xba\xc3", b"", b"\xc4\xe3"], b""),
    "mail-attached": (0x81, [b"=?UTF-8?B?", b"a \"b\".bin", b"--x"], bytes(range(256))),
}


SECURE, ACTIVE, LOGGED_IN = 1, 2, 4
READY, AUTH, OK, NEED, IN, PASV, GO, DONE, REST, SIZE, PATH, FINE, NO, NO_DATA, BYE, BYES = range(16)
OPEN, OPEN_ACTIVE, CLOSE, GET, PUT, PUT_PACKETS, APP, LIST, GETPKT, GETPKT_HEX, RECV, APPEXT, LAST, ASK_PACKETS, ASK_RECV, \
    FTPREST, ASCII, CWD, PWD, DELE, FSIZE, PRIVATE, DOWN, UP, ESCAPE_SEQUENCE, REBOOT = range(26)


def says(*replies: int) -> bytes:
    return b"".join(b"r" + bytes([reply]) for reply in replies)


def host(line: int) -> bytes:
    return b"l" + bytes([line])


def data(text: bytes) -> bytes:
    return b"d" + bytes([len(text)]) + text


def words(text: bytes) -> bytes:
    return b"c" + bytes([len(text)]) + text


FTP = {
    "login": (0, host(OPEN) + says(READY, NEED, IN, OK) + host(PWD) + says(PATH) + host(CLOSE) + says(BYE)),
    "login-tls": (SECURE, host(OPEN) + says(READY, AUTH, OK, OK, NEED, IN, OK) + host(CLOSE) + says(BYE)),
    "login-lines": (0, host(OPEN) + words(b"220-a\r\n220 b\r\n") + words(b"230-\r\n x\r\n230 in\n") + says(OK) + host(PWD)),
    "tls-refused": (SECURE, host(OPEN) + says(READY, NO)),
    "tls-injected": (SECURE, host(OPEN) + says(READY) + words(b"234 go\r\n200 more\r\n")),
    "files": (LOGGED_IN, host(CWD) + says(FINE) + host(DELE) + says(NO) + host(FSIZE) + says(SIZE) + host(ASCII) + says(OK)),
    "get": (LOGGED_IN, host(GET) + says(PASV, GO) + data(b"bytes") + b"H" + says(DONE)),
    "get-reply-first": (LOGGED_IN, host(GET) + says(PASV, GO, DONE) + data(b"bytes") + b"H"),
    "get-tls": (LOGGED_IN | SECURE, host(GET) + says(PASV, GO) + data(b"bytes") + b"H" + says(DONE)),
    "get-tls-refused": (LOGGED_IN | SECURE, b"n" + host(GET) + says(PASV, GO, NO_DATA)),
    "get-active": (LOGGED_IN | ACTIVE, host(GET) + says(OK) + b"a" + says(GO) + data(b"bytes") + b"H" + says(DONE)),
    "get-active-late": (LOGGED_IN | ACTIVE, host(GET) + says(OK, GO, DONE) + b"a" + data(b"bytes") + b"H"),
    "get-nobody": (LOGGED_IN | ACTIVE, host(GET) + says(OK) + b"w\x65" + says(NO_DATA)),
    "get-rest": (LOGGED_IN, host(FTPREST) + host(GET) + says(PASV, REST, GO) + b"X" + says(NO_DATA)),
    "get-refused": (LOGGED_IN, host(GET) + says(PASV, NO)),
    "get-elsewhere": (LOGGED_IN, host(GET) + words(b"227 10,0,0,1,9,9\r\n") + b"w\xff"),
    "get-lost": (LOGGED_IN, host(GET) + says(PASV, GO) + data(b"by") + b"h"),
    "get-escape": (LOGGED_IN, host(GET) + says(PASV, GO) + data(b"by") + b"w\x0b" + host(ESCAPE_SEQUENCE) + b"w\x0b" + says(NO_DATA)),
    "get-silent": (LOGGED_IN, host(GET) + says(PASV, GO) + b"w\xff" * 5),
    "put": (LOGGED_IN, host(PUT) + says(PASV, GO) + b"t\x05hello" + b"w\x0b" + host(ESCAPE_SEQUENCE) + b"w\x0b" + says(DONE)),
    "put-tls": (LOGGED_IN | SECURE, host(PUT) + says(PASV, GO) + b"z" + b"t\xff" + b"u" * 255 + b"w\x0b" + host(ESCAPE_SEQUENCE) + b"w\x0b" + b"u" + says(DONE)),
    "put-full": (LOGGED_IN, host(PUT) + says(PASV, GO) + b"t\x05hello" + says(NO)),
    "put-lost": (LOGGED_IN, host(PUT) + says(PASV, GO) + b"t\x05hello" + b"X" + says(NO_DATA)),
    "packets": (LOGGED_IN, host(GETPKT) + says(PASV, GO) + data(b"x" * 200) + host(ASK_RECV) + host(RECV) + b"H" + says(DONE) + host(RECV) + host(ASK_PACKETS)),
    "packets-hex": (LOGGED_IN, host(GETPKT_HEX) + says(PASV, GO) + data(b"x" * 200) + host(RECV) + host(CLOSE)),
    "append": (LOGGED_IN, host(PUT_PACKETS) + says(PASV, GO) + host(APPEXT) + host(LAST) + says(DONE) + host(LAST)),
    "append-close": (LOGGED_IN, host(PUT_PACKETS) + says(PASV, GO) + host(APPEXT) + host(CLOSE) + says(DONE, BYE)),
    "append-stalled": (LOGGED_IN, host(PUT_PACKETS) + says(PASV, GO) + b"z" + host(APPEXT) * 9 + b"w\xff" * 4 + says(DONE)),
    "list": (LOGGED_IN, host(LIST) + says(PASV, GO, DONE) + b"H"),
    "private": (0, host(PRIVATE) + host(OPEN) + says(READY, AUTH, OK, OK, NEED, IN, OK) + host(GET) + words(b"227 10,0,0,1,15,161\r\n") + says(GO)),
    "shut-down": (LOGGED_IN, says(BYES) + host(PWD)),
    "context": (LOGGED_IN, host(GET) + says(PASV, GO) + host(DOWN) + host(UP)),
    "context-busy": (LOGGED_IN, host(PWD) + host(DOWN) + b"w\xff"),
    "reboot": (LOGGED_IN, host(GETPKT) + says(PASV, GO) + host(REBOOT) + data(b"x")),
}


def step(kind: bytes, data: bytes) -> bytes:
    return kind + len(data).to_bytes(2, "big") + data


SEVERAL, TRANSPARENT, INDICATED, COUNTED, VERIFIES, PORTS = 1, 2, 4, 8, 16, 32

QUECTEL = {
    "one-socket": (0, step(b"t", b'AT+QIOPEN="TCP","localhost",443\r') + b"w\2" + step(b"s", b"data")
                   + step(b"t", b"AT+QISEND=3\rabcAT+QISEND\rx\x1aAT+QISACK;+QISTAT\r") + b"e\0w\5"),
    "several": (SEVERAL | INDICATED,
                step(b"t", b'AT+QIOPEN=3,"TCP","127.0.0.1",443\r') + b"w\2" + step(b"s", b"data")
                + b"w\2" + step(b"t", b"AT+QIRD=0,1,3,2;+QISTATE\r") + b"e\0w\2"
                + step(b"t", b"AT+QIRD=0,1,3,1500\rAT+QICLOSE=3\r")),
    "heads": (0, step(b"t", b'AT+QIHEAD=1;+QISHOWPT=1;+QISHOWRA=1;+QISHOWLA=1\r'
                      b'AT+QIOPEN="TCP","localhost",443\r') + b"w\2" + step(b"s", b"data")),
    "udp": (SEVERAL | COUNTED,
            step(b"t", b'AT+QIOPEN=0,"UDP","127.0.0.1",443\r') + b"w\2"
            + step(b"t", b"AT+QISEND=0,4\rping") + step(b"p", b"one") + step(b"p", b"three")
            + b"w\2" + step(b"t", b"AT+QIRD=0,1,0,2\rAT+QIRD=0,1,0,1500\r")),
    "transparent": (TRANSPARENT, step(b"t", b'AT+QITCFG=3,1,4,1\rAT+QIOPEN="TCP","localhost",443\r')
                    + b"w\2" + step(b"t", b"to the peer") + step(b"s", b"to the host") + b"w\x14"
                    + step(b"t", b"+++") + b"w\x14" + step(b"t", b"ATO\r") + b"d\1x\1"
                    + step(b"t", b"ATO\rmore") + b"x\0e\1"),
    "secure": (SEVERAL, step(b"t", b'AT+QSSLOPEN=1,0,"localhost",443,0\r') + b"w\2" + step(b"s", b"0")
               + b"w\2" + step(b"t", b"AT+QSSLRECV=0,1,1500\rAT+QSSLSEND=1,2\rabAT+QSSLSTATE\r")
               + b"e\3w\2" + step(b"t", b"AT+QSSLCLOSE=1\rAT+QIDEACT\r")),
    "secure-transparent": (0, step(b"t", b'AT+QSSLOPEN=0,5,"localhost",443,1\r') + b"w\2"
                           + step(b"s", b"data") + step(b"t", b"data") + b"d\2"),
    "verified": (VERIFIES, step(b"", b"\x02\x42\0\3ABC")
                 + step(b"t", b'AT+QSECREAD="NVRAM:CA0"\rAT+QSSLOPEN=0,0,"localhost",443,0\r') + b"w\5"),
    "files": (0, step(b"t", b'AT+QSECWRITE="RAM:a",5,3\rabcdeAT+QSECREAD="RAM:a"\r'
                      b'AT+QSECWRITE="NVRAM:CK0",9\rabc') + b"w\x0c" + step(b"t", b"+++") + b"w\x0c"
              + step(b"t", b'AT+QSECDEL="RAM:a";+QSECDEL="NVRAM:CK0"\r')),
    "settings": (0, step(b"t", b'AT+QSSLCFG="ciphersuite",0,"0X002F:0x0035","0X0005"\r'
                         b'AT+QSSLCFG="ctxindex",0;+QSSLCFG="clientkey",1,"NVRAM:CK0"\r')),
    "lost": (SEVERAL | PORTS, step(b"t", b'AT+QSSLOPEN=0,0,"localhost",443,1\r') + b"w\2"
             + step(b"o", b"AT+CGATT=0\rAT+QIDEACT\r") + b"w\2"),
    "asks": (0, step(b"t", b'AT+QPING="127.0.0.1",1,2\rAT+QIDNSGIP="localhost"\rAT+QNTP="localhost",443\r')
             + step(b"p", b"\x24" + b"\1" * 47) + b"w\x20"),
    "restart": (PORTS, step(b"t", b'AT+QIOPEN="TCP","localhost",443\rAT+CFUN=1,1\r') + b"w\x60"),
}


LENGTH, CHUNKED, CHUNK, LAST_CHUNK, BY_CLOSE, FOUND, SEND_AGAIN, CONTINUE, MISSING, MAIL_READY, HELLO_TLS, HELLO, MAIL_OK, \
    CHALLENGE, MAIL_IN, SEND_IT, MAIL_BYE, MAIL_NO, MAIL_LOGIN = range(19)
URL, URL_TLS, HTTPGET, HTTPPOST, HTTPREAD, HTTPDL, SECDEL, SMTPPUT, SMTPUSER, SMTPNOBODY, PLAINLY, TLSFIRST, STARTTLS, ATTACH, \
    BODY, SMTPCLR, RADIO_OFF, RADIO_ON, DEACT, QUERIES, PLUS, RESTART = range(22)


def block_of(letter: bytes, text: bytes) -> bytes:
    return letter + bytes([len(text)]) + text


SENT = says(MAIL_OK, MAIL_OK, MAIL_OK, SEND_IT, MAIL_OK, MAIL_BYE)
EXCHANGES = {
    "get": host(URL) + host(HTTPGET) + says(LENGTH) + host(HTTPREAD) + host(QUERIES),
    "get-tls": host(URL_TLS) + host(HTTPGET) + says(BY_CLOSE) + host(HTTPREAD) + block_of(b"s", b"+++OK\r\n") + b"h",
    "get-chunks": host(URL) + host(HTTPGET) + says(CHUNKED) + host(HTTPREAD) + says(CHUNK, CHUNK, LAST_CHUNK),
    "get-redirects": host(URL) + host(HTTPGET) + says(*[FOUND] * 6),
    "get-slow-host": host(URL) + host(HTTPGET) + says(BY_CLOSE) + b"e" + host(HTTPREAD) + block_of(b"s", b"x" * 250) * 60 + b"f" + b"h",
    "get-escape": host(URL) + host(HTTPGET) + says(BY_CLOSE) + host(HTTPREAD) + b"w\x0b" + host(PLUS) + b"w\x0b" + host(HTTPREAD),
    "get-lost": host(URL) + host(HTTPGET) + says(CHUNKED) + host(HTTPREAD) + b"x",
    "get-refused": b"n" + host(URL_TLS) + host(HTTPGET) + host(HTTPREAD),
    "get-silent": host(URL) + host(HTTPGET) + b"w\xff" + host(HTTPGET) + says(LENGTH) + b"w\xff" + host(HTTPREAD),
    "get-radio": host(URL) + host(HTTPGET) + says(CHUNKED) + host(HTTPREAD) + host(PLUS) + host(DEACT) + host(RESTART),
    "post": host(URL) + host(HTTPPOST) + says(CONTINUE, LENGTH) + host(HTTPREAD),
    "post-again": host(URL) + host(HTTPPOST) + says(SEND_AGAIN, LENGTH) + host(HTTPREAD),
    "post-half": host(URL) + block_of(b"t", b"AT+QHTTPPOST=9\rhalf") + b"w\xff" * 3,
    "download": host(URL) + host(HTTPDL) + says(LENGTH) + host(SECDEL) + host(HTTPDL) + says(CHUNKED, CHUNK, CHUNK),
    "download-radio": host(URL) + host(HTTPDL) + host(RADIO_OFF) + host(RADIO_ON) + host(HTTPDL) + says(MISSING),
    "mail": host(BODY) + b"w\x0b" + host(PLUS) + b"w\x0b" + host(ATTACH) + host(SMTPPUT) + says(MAIL_READY, HELLO) + SENT,
    "mail-login": host(SMTPUSER) + host(SMTPPUT) + says(MAIL_READY, HELLO, CHALLENGE, CHALLENGE, MAIL_IN) + SENT + host(SMTPPUT),
    "mail-tls": host(TLSFIRST) + host(SMTPPUT) + says(MAIL_READY, HELLO_TLS) + SENT,
    "mail-starttls": host(STARTTLS) + host(SMTPPUT) + says(MAIL_READY, HELLO_TLS) + b"v" + says(MAIL_READY, HELLO) + SENT,
    "mail-injected": host(STARTTLS) + host(SMTPPUT) + says(MAIL_READY, HELLO_TLS) + block_of(b"s", b"220 go\r\n250 more\r\n"),
    "mail-refused": host(SMTPPUT) + says(MAIL_READY, MAIL_NO, MAIL_OK, MAIL_LOGIN) + host(SMTPPUT) + says(MAIL_NO),
    "mail-stalled": host(BODY) + b"w\x0b" + host(PLUS) + b"w\x0b" + host(SMTPPUT) + says(MAIL_READY, HELLO, MAIL_OK, MAIL_OK, MAIL_OK) + b"z" + says(SEND_IT) + b"w\xff",
    "mail-radio": host(SMTPPUT) + says(MAIL_READY) + host(RADIO_OFF) + host(SMTPCLR) + host(RESTART),
}

M95, L610, NL668, LE866 = range(4)
SERVICE_PORTS = [443, 80, 25, 21, 4001, 465]
HELLO_PAGE, CHUNKED_PAGE, LAST = range(3)


def asks(*lines: bytes) -> bytes:
    return b"".join(block_of(b"t", line) for line in lines)


def server(letter: bytes, port: int, rest: bytes = b"") -> bytes:
    return letter + bytes([SERVICE_PORTS.index(port)]) + rest


SERVICES = {
    "l610-http": (L610, asks(b'AT+HTTPSET="URL","localhost/x"\r', b"AT+HTTPDATA=5\rhello", b"AT+HTTPACT=1,10\r")
                  + server(b"r", 80, bytes([HELLO_PAGE])) + asks(b"AT+HTTPREAD\r")),
    "nl668-http-tls": (NL668, asks(b'AT+HTTPSET="URL","https://localhost/x"\r', b"AT+HTTPACT=0,10\r")
                       + server(b"r", 443, bytes([CHUNKED_PAGE])) + server(b"r", 443, bytes([LAST])) + asks(b"AT+HTTPREAD\r")),
    "l610-socket": (L610, asks(b'AT+MIPOPEN=1,,"localhost",443,2\r', b"AT+MIPSEND=1,5\rhello")
                    + server(b"s", 443, b"\x05hello") + server(b"c", 443) + asks(b"AT+MIPCLOSE=1\r")),
    "l610-transparent": (L610, asks(b'AT+MIPODM=4,,"localhost",443,2\r', b"data") + server(b"s", 443, b"\x05hello")
                         + b"w\x1e" + asks(b"+++") + b"w\x1e" + asks(b"AT+MIPODM=0\r")),
    "nl668-udp": (NL668, asks(b'AT+MIPOPEN=3,,"localhost",123,1\r', b"AT+MIPSEND=3,2\rhi") + b"d\x05hello"),
    "l610-files": (L610, asks(b'AT+GTSSLMODE=1\r', b'AT+GTSSLFILE="TRUSTFILE",10\r0123456789') + b"p"),
    "nl668-clock": (NL668, asks(b'AT+MIPNTP="localhost",123\r', b'AT+MIPDNS="localhost"\r') + b"d\x30" + b"$" * 48),
    "l610-ftp": (L610, asks(b'AT+FTPOPEN="localhost","u","p",,,21,0\r') + b"".join(server(b"r", 21, bytes([n])) for n in (6, 12, 13, 8))
                 + asks(b'AT+FTPGET="a"\r') + b"".join(server(b"r", 21, bytes([n])) for n in (14, 15)) + server(b"s", 4001, b"\x05hello")
                 + server(b"c", 4001) + server(b"r", 21, bytes([16])) + asks(b"AT+FTPRECV=100\r")),
    "m95-socket": (M95, asks(b"AT+QIMUX=1\r", b'AT+QSSLOPEN=0,0,"localhost",443,0\r') + b"w\x0a" + asks(b"AT+QSSLSEND=0,5\rhello")
                   + server(b"s", 443, b"\x05hello") + asks(b"AT+QSSLRECV=1,0,100\r") + server(b"x", 443)),
    "m95-files": (M95, asks(b'AT+QSECWRITE="RAM:a",10,5\r01234', b"AT+QISTATE\r") + b"p"),
    "le866-online": (LE866, asks(b'AT#SSLD=1,443,"localhost",0,0\r', b"data") + b"w\x1e" + asks(b"+++") + b"w\x1e" + asks(b"AT#SSLH=1\r")),
    "le866-slow": (LE866, b"e\x01" + server(b"z", 443) + asks(b'AT#SSLD=1,443,"localhost",0,1\r', b"AT#SSLSEND=1\rhello\x1a") + b"q"),
}


def write(target: str, name: str, data: bytes) -> None:
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def block(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def mail(seed) -> bytes:
    if isinstance(seed, bytes):
        return seed
    how, blocks, attached = seed
    return bytes([how]) + b"".join(block(data) for data in MAIL_BLOCKS + blocks) + attached


def write_x509() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["sh", "-c", X509_SCRIPT], cwd=folder, check=True)
        for name, blocks in x509_seeds(Path(folder)).items():
            write("x509", name, b"".join(block(data) for data in blocks))


def main() -> None:
    for name, (start, data) in AT_LINES.items():
        write("at_line", name, bytes([start]) + data)
    for name, (start, data) in ONLINE_STEPS.items():
        write("online", name, bytes([start]) + data)
    for name, (bits, data) in DIALECT_STEPS.items():
        write("dialect", name, bytes([bits, 0]) + data)
    for name, data in STORED.items():
        write("stored", name, data)
    for name, (how, data) in HTTP.items():
        write("http", name, bytes([how]) + data)
    for name, (start, data) in QUECTEL.items():
        write("quectel", name, bytes([start]) + data)
    for name, data in SNTP.items():
        write("sntp", name, data)
    for name, (how, steps) in FTP.items():
        write("ftp", name, bytes([how]) + steps)
    for name, (model, steps) in SERVICES.items():
        write("services", name, bytes([model]) + steps)
    for name, steps in EXCHANGES.items():
        write("exchange", name, steps)
    for name, seed in MAIL.items():
        write("mail", name, mail(seed))
    if "--x509" in sys.argv[1:]:
        write_x509()


if __name__ == "__main__":
    main()
