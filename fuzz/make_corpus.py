#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets to fuzz/corpus.

    fuzz/make_corpus.py            all but x509
    fuzz/make_corpus.py --x509     x509 too, with new keys (needs openssl)
    fuzz/make_corpus.py --check    writes nothing; status 1 when that would change one

Seeds that a fuzzer has found are named by their hash and are left alone.
"""

from __future__ import annotations

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

from seeds.steps import typed, wait

CORPUS = Path(__file__).resolve().parent / "corpus"
CHECKS = "--check" in sys.argv[1:]
stale: list[Path] = []

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


def mux(how: int, *frames: str) -> bytes:
    return bytes([how]) + bytes.fromhex(" ".join(frames))


MUX_OPEN = "F9 03 3F 01 1C F9 07 3F 01 DE F9"
MUX = {
    "open": mux(0, MUX_OPEN, "F9 0B 3F 01 59 F9 03 53 01 FD F9"),
    "data": mux(2, MUX_OPEN, "F9 07 EF 09 41 54 49 0D 39 F9 F9 07 53 01 3F F9"),
    "deaf": mux(8, MUX_OPEN, *20 * ("F9 07 EF 05 42 43 30 F9",)),
    "cut": mux(0, MUX_OPEN, "F9 07 EF 21 41 F9 07 EF 05 42 43 30 F9"),
    "messages": mux(0, MUX_OPEN, "F9 03 EF 09 E3 05 07 0D FB F9 03 EF 09 23 05 41 42 FB F9",
                    "F9 03 EF 15 83 11 01 00 00 00 FF 00 03 00 EE F9 03 EF 05 63 01 F2 F9"),
    "close-down": mux(0, MUX_OPEN, "F9 03 EF 03 C3 16 F9 41 54 0D"),
    "advanced": mux(1, "7E 03 3F FC 7E 07 3F 89 7E"),
}


RFC2217_ON = "FF FB 2C FF FD 2C FF FD 00 FF FB 00 FF FD 01 FF FD 03"
RFC2217 = {
    "telnet": bytes.fromhex("1F FF FE 01 FF FE 03 FF FC 00 FF FD 18") + b"AT\r\0ATI\r\n\xff\xff",
    "settings": bytes.fromhex("F3" + RFC2217_ON + "FF FA 2C 00 FF F0 FF FA 2C 01 00 00 25 80 FF F0 FF FA 2C 02 07 FF F0 FF FA 2C 03 03 FF F0"
                              "FF FA 2C 04 02 FF F0 FF FA 2C 0A FF FF FF F0 FF FA 2C 0B FF FF FF F0") + b"AT\r",
    "controls": bytes.fromhex("22" + RFC2217_ON + "".join(f"FF FA 2C 05 {value:02X} FF F0" for value in range(21))),
    "flow": bytes.fromhex("30" + RFC2217_ON + "FF FA 2C 08 FF F0 FF FA 2C 09 FF F0 FF FA 2C 0C 01 FF F0 FF FA 2C 0C 03 FF F0 FF FA 2C 0C 07 FF F0"),
    "broken": bytes.fromhex("41" + RFC2217_ON + "FF FA 2C" + 70 * "41" + "FF F0 FF FA FF F0 FF FA 2C 05 FF FB 2C FF F1 FF"),
    "flood": bytes.fromhex("00" + 400 * "FF FD 18 FF FB 18"),
}


def mqtt(how: int, *packets: str) -> bytes:
    return bytes([how]) + bytes.fromhex(" ".join(packets))


MQTT = {
    "connack": mqtt(0, "20 02 00 00", "30 04 00 01 74 78", "D0 00"),
    "refused": mqtt(0, "20 02 00 05"),
    "message-first": mqtt(0, "30 04 00 01 74 78"),
    "messages": mqtt(1, "31 04 00 01 74 78", "32 06 00 01 74 00 01 78", "34 06 00 01 74 00 02 78",
                     "3C 06 00 01 74 00 02 78", "62 02 00 02", "34 06 00 01 74 00 02 79"),
    "no-room": mqtt(9, 4 * "32 06 00 01 74 00 01 78"),
    "answers": mqtt(5, "40 02 00 01", "50 02 00 02", "70 02 00 02", "90 04 00 03 00 80", "B0 02 00 04"),
    "kept": mqtt(7, "50 02 00 02", "50 02 00 09", "40 02 00 08"),
    "too-few-codes": mqtt(5, "90 03 00 03 00"),
    "too-long": mqtt(1, "32 7F 00 01 74 00 01", 122 * "78", "30 04 00 01 74 78"),
    "no-length": mqtt(1, "30 FF FF FF FF"),
    "cut": mqtt(1, "34 06 00 01 74"),
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

# The transcripts themselves are seeds too; here is what none of them says.
TRANSCRIPTS = {
    "world": b'model he910\nsource it\nset registration=denied\nset operator=A B\nring "+4912"\nring\nring end\n'
             b'message "+4912" "a \\"b\\""\ncontext-lost\npower brown-out\npower off\npower on\npower reset\n'
             b"fault latency latency=2000 socket=1 phase=data\nlink gprs\nat 10s\n",
    "include": b"model m95\nsource it\n> AT\ninclude b\n< OK\n\0\xef\xbb\xbfpeer server port tcp\r\npeer connected\r\n",
    "host": "> AT${n}${random:16}${count}\n<~ (?P<a>.*)\nlet b ${a}${random:1-6}\nevery 60s ± 5s\nrepeat 2\n> AT${length:b}\nend\n"
            "wait 2s +-1s\nend\nrepeat\ndial\nconnected\ndisconnected\nend\n".encode(),
    "circle": b"model m95\nsource it\ninclude b\n\0include c\n\0include b\n",
    "digits": b"model l610\nsource it\n> AT${n:04}${n:9}${n}\n< 16777216 bytes\n< 16777217 bytes\n",
    "mistakes": b"model x\nstate y\n> bytes \"\\q\"\npeer sends\nwait 1\nafter\n",
}

# A recording, and what its host types behind the zero.
REPLAYS = {
    "driver": b"model m95\nsource it\n> ATE0\n< OK\n> AT+CCLK?\n<~ \\+CCLK: \"[0-9/]+,[0-9:]+\\+\\d\\d\"\n< OK\nwait 2s\nescape\n< OK\n"
              b"\0ATE0\rAT+CCLK?\r+++",
    "otherwise": b"> AT+CSQ\n< OK\n\0AT+CSX\r",
    "more": b"> AT\n<|~ (?P<a>[0-9a-f]{2,}(x|y)+?)\n> AT${a}\n< OK\n\0AT\rAT00x\rAT",
    "variables": b"> AT+P=\"${secret1}\",${n:04}\n< OK\n> AT+Q=${secret1}\n< ${secret1}\n\0AT+P=\"1 2\",0007\rAT+Q=1 2\r",
    "unknown": b"> AT\n< ${a}\n> ${a}${b}\n\0AT\r",
    "data": b"> AT+S\n< prompt\n> data \"ab\"\n> ctrl-z\n< 300 bytes\n> bytes 100 binary bytes\n< bytes \"\\xfe\"\n\0AT+S\rab\x1a",
    "circuits": b"on port 2\nri on\nwait 1s\nri off\n> ATA\n< CONNECT\ndcd on\ndtr off\nrts off\ndcd off\ncts off\ndsr off\n\0ATA\r",
    "loop": b"repeat 3\n> AT\nend\n\0AT\r",
    "deep": b"> AT\n<~ (((((((a|b)*c){1,3}d)?e)+f){2})g){1000}\n\0AT\r",
    "nothing-often": b"> AT\n<~ ((((){1000}){1000}){1000}){1000}\n\0AT\r",
    "long": b"> AT\n<~ ((((xxxxxxxx){1000}){1000}){1000})\n\0AT\r",
    "mistakes": b"dcd up\n> bytes \"\\q\"\n<~ (\n",
}

# What two modules say: fuzz_comparison.c has what the first of two bytes means, the second is how many follow.
COMPARISONS = {
    "same": b"\0\3AT\r\3\6\r\nOK\r\n\0\4ATI\r\3\7\r\n332\r\n",
    "different": b"\0\4ATI\r\1\7\r\n332\r\n\2\7\r\n333\r\n\4\x3f" + 63 * b"w" + b"\0\3AT\r\1\6\r\nOK\r\n",
    "behind": b"\0\3AT\r\1\6\r\nOK\r\n\0\3AT\r\0\3AT\r\1\6\r\nOK\r\n\2\6\r\nOK\r\n",
    "circuits": b"\0\3AT\r\5\0\x2f\1x\4\x3f" + 63 * b"w" + b"\6\0\5\1y\6\0",
    "many-lines": b"\0\3AT\r" + 450 * b"\1\2\r\n\2\3x\r\n",
}

# What passes: what it is (fuzz_recording.c), a port or connection, bytes.
TYPE, SAY, ECHO, TYPE_SECRET, SECRET, CONNECT, TLS, GETS, SENDS, END, GONE, REFUSED, NAME, WAIT = range(14)


def event(what: int, data: bytes = b"", which: int = 0) -> bytes:
    return bytes([what + 14 * which, len(data)]) + data


RECORDINGS = {
    "lines": event(ECHO, b"AT\r") + event(SAY, b"\r\nOK\r\n") + event(ECHO, b"ATE0\r") + event(SAY, b"\r\nOK\r\n")
             + event(TYPE, b"AT\r") + event(SAY, b"\r\n+A: 1\r\nmore\r\n\r\nOK\r\n") + event(SAY, b"\r\n> ")
             + event(TYPE, b"data\x1a"),
    "ports": event(TYPE, b"AT\r") + event(SAY, b"\r\nRING\r\n", 1) + event(SAY, b"AT\r\r\nOK\r\n"),
    "escape": event(TYPE, b"abc") + event(WAIT, b"x" * 30) + event(TYPE, b"+++") + event(WAIT, b"x" * 60) + event(SAY, b"\r\nOK\r\n"),
    "secrets": event(SECRET, b"word") + event(ECHO, b'AT+X="word"\r') + event(TYPE_SECRET, b"-----BEGIN\x1a") + event(SAY, b"word\\word"),
    "secure": event(NAME, b"a.test") + event(CONNECT) + event(TLS) + event(GETS, b"GET / 1.2.3.4\r\n") + event(SENDS, b"\xff${a}\\\"")
              + event(END) + event(GONE) + event(SAY, b"\r\n1.2.3.4 10:11:12\r\n"),
    "again": (event(CONNECT) + event(TLS, b"x") + event(GONE)) * 3 + event(REFUSED, which=1) + event(CONNECT, which=2)
             + event(GETS, b"?", 2) + event(GONE, which=2),
    "mail": event(CONNECT) + event(GETS, b"Date: x\r\n") + event(GETS, b"Message-ID: <a.b@c>\r\n")
            + event(GETS, b'Content-Type: m; boundary="a_b"\r\n') + event(GETS, b"--a_b--\r\n"),
}

ONE = b"/v1/modems/m95"
CONTROL = {  # a call in one line, and its body
    "list": b"GET /v1/modems\n",
    "show": b"GET " + ONE + b"\n",
    "nobody": b"GET /v1/modems/none\n",
    "network": b"PATCH " + ONE + b'\n{"registration": "lost", "signal": 99, "operator": "Lab", "operator-code": "26299", "attached": false}',
    "sim": b"PATCH " + ONE + b'\n{"sim": "pin", "cell": 77, "area-code": 4660, "dtr": true, "port": 1}',
    "clock": b"PATCH " + ONE + b'\n{"clock": {"advance": "75s"}, "network-time": "2030-05-01T12:00:00+02:00"}',
    "wrong": b"PATCH " + ONE + b'\n{"signal": 32, "frob": [1, 2.5, null, {"a": "\\u0000"}]}',
    "power": b"POST " + ONE + b'/power\n{"do": "brown-out"}',
    "ring": b"POST " + ONE + b'/ring\n{"caller": "+49170"}',
    "ring_end": b"POST " + ONE + b"/ring-end\n",
    "sms": b"POST /v1/modems/he910/sms\n" + '{"from": "+49170", "text": "Grüße"}'.encode(),
    "context_lost": b"POST " + ONE + b'/context-lost\n{"cid": 1}',
    "link": b"PUT " + ONE + b'/link\n{"name": "gprs", "loss": 0.5, "rtt": 900}',
    "no_link": b"DELETE " + ONE + b"/link\n",
    "fault": b"POST " + ONE + b'/faults\n{"type": "latency", "stream": "downstream", "toxicity": 0.5, "attributes": {"latency": 2000}, '
             b'"when": {"command": "AT+QSSLOPEN*", "socket": 1, "phase": "data"}, "after": 0, "count": 1, "every": 1, "seed": 7}',
    "faults": b"GET " + ONE + b"/faults\n",
    "no_faults": b"DELETE " + ONE + b"/faults\n",
    "journal": b"GET " + ONE + b"/journal\n",
    "events": b"GET /v1/events\n",
    "add": b'POST /v1/modems\n{"name": "b", "module": "l610", "ports": [{"pty": "auto"}]}',
    "remove": b"DELETE " + ONE + b"\n",
    "reset": b"POST /v1/reset\n",
    "no_json": b"POST /v1/modems\n[1",
}
CONFIG = {
    "hosts": "hosts: [{name: a, transcript: a.at, values: {b: '${n:04}${imei}', c: d}, ramp: 100/s, patience: 5s, seed: 7,\n"
             "  on-error: redial 5s x1.5 up to 300s ± 20 % 5 times}, {name: e, transcript: e, on-error: retry 2s 3 times}]\n"
             "defaults: {host: e}\nmodems: [{module: m95}, {module: l610, host: a, imei: '86123401'},"
             " {module: he910, ports: [{pty: p}]}]\n".encode(),
    "nothing": b"",
    "one": b"modems:\n - module: m95\n   ports: [{pty: p}]\n",
    "fleet": b"""defaults: {state: none, signal: 9, clock: manual}
modems:
 - name: meter-${n:04}-${shard}
   count: 3
   first: 9
   module: HE910
   imei: '86123400'
   imsi: 00101${n:010}
   iccid: 8949${n:014}
   operator: {name: 'Net ${n}', code: '26202'}
   link: rtt=1${n},down=236
   source: 127.0.0.${n}
   map: {"a.test:443": "b.test:8443", c.test: "[::1]"}
   sms: {send: cat}
   facts: {}
   faults: ['latency latency=5${n} socket=1', 'urc text="+CREG: 2" moment=inside']
   at-start: [ATE0]
   answers:
    - {command: "AT+X*", lines: [a, b], result: ERROR, delay: 5}
   ports:
   - unix: run/${name}.sock
   - tcp: '127.0.0.1:20000+'
   - {pty: '/tmp/${imei}'}
 - {module: l610, state: /var/${shard}/x, ports: [{stdio: true}, {uart: "/dev/x,9600,rtscts"}]}
""",
    "pools": b"modems:\n - {module: m95, name: 'a${n}', count: 2, ports: [{tcp-each: '7001'}]}\n"
             b" - {module: m95, name: 'b${n}', count: 2, ports: [{tcp-each: '7001'}]}\n",
    "json": b'{"modems": [{"module": "le866", "ports": [{"pty": "x"}], "signal": 7}]}',
    "reach": b"defaults: {deny: [local, 'private:25', 10.0.0.0/8, '[fe80::]/10:1-9', '*.a.test']}\nmodems:\n"
             b" - {module: m95, ports: [{pty: p}], allow: ['*', 'b.test:443', '2001:db8::/32'], "
             b"map: {a: 'b:1/c', '[::1]:2': d}}\n",
    "policies": b"policy: {tls: {preset: modern, verify: host}}\nmodems:\n - {module: m95, ports: [{pty: p}]}\n"
                b" - {module: l610, ports: [{pty: q}], policy: {tls: {min: '1.0', max: '1.2', suites: module, sni: never, "
                b"minimum: today}}}\n - {module: le866, ports: [{pty: r}], policy: {tls: {ca: x, cert: 'credential:y', "
                b"key: z, verify: chain}}, credentials: nowhere}\n",
    "wrong": b"modems:\n - modul: m95\n   count: 010\n   name: ~\n   imei: [1]\n   module: he911\n   ports: []\n",
    "meanings": b"modems:\n - {module: m95, imei: '490154203237517', imsi: '1', iccid: x, signal: 40, clock: noon, "
                b"link: x, state: '${m}', name: 'a ${n:4}', ports: [{tcp: x}, {pty: a, tcp: '1'}, {}]}\n",
    "twice": b"modems:\n - {module: m95, ports: [{pty: p}]}\n - {module: m95, ports: [{unix: p}]}\n",
    "anchors": b"a: &a [1, *a]\n<<: {b: !!str c}\n",
    "deep": b"[" * 40,
    "documents": b"--- {}\n--- {}\n",
    "types": b"modems: 7\ndefaults: []\ninclude: {a: b}\npolicy: {}\n",
    "texts": b"modems:\n - module: |\n    m95\n   name: >-\n    folded\n    text\n   state: \"a\\0b\"\n",
    "no-utf-8": b"modems: \x80\xff\n",
    "verdict": b"summary: 'a-${shard}.json'\nstart-at: 2026-12-01T12:00:00+01:00\nmodems:\n - {module: m95, ports: [{pty: p}]}\n",
    "no-verdict": b"summary: 'a-${n}.json'\nstart-at: noon\nmodems:\n - {module: m95, ports: [{pty: p}]}\n",
}


SUMMARY = (b'{"tlsmodem-summary":1,"buckets":1,"seen-by":"hosts","runs":[{"id":"00112233445566aa","tlsmodem":"0.2.0",'
           b'"shard":0,"shards":2,"seed":"7","modems":3,"start":"2026-12-01T12:00:00.000Z","end":"2026-12-01T12:01:00.500Z"}],'
           b'"times":{"dial":{"count":3,"sum-us":2500,"max-us":1200,"buckets":[[100,1],[1200,2]]},"handshake":{"count":0,'
           b'"sum-us":0,"max-us":0,"buckets":[]},"command":{"count":4},"round":{"count":1,"sum-us":9,"max-us":9,"buckets":'
           b'[[null,1]]}},"errors":{"timeout":2,"unexpected":1},"unexpected":{"count":1,"examples":[{"wanted":"OK","came":'
           b'"ERROR","count":1}]}}\n')

VERDICT = {
    "percentile": b"p99.9(dial) > 1.2 ms\n" + SUMMARY,
    "longest": b"max(round) >= 1h\n" + SUMMARY,
    "mean": b"mean(command) < 3us\n" + SUMMARY,
    "rate": b"rate(dial) <= 100/min\n" + SUMMARY,
    "share": b"errors > 0.1 %\n" + SUMMARY,
    "kind": b"errors(timeout) > 3\n" + SUMMARY,
    "missing": b"missing > 0\n" + SUMMARY.replace(b'"shards":2', b'"shards":9'),
    "alone": b"count(handshake) > 0\n" + SUMMARY.replace(b"0,\"shards\":2", b"null,\"shards\":null"),
    "modems": b"errors\n" + SUMMARY.replace(b"hosts", b"modems"),
    "no-time": b"p99(dial) > 5\n" + SUMMARY.replace(b"12:01", b"25:01"),
    "no-bucket": b"p0(dial) > 5s\n" + SUMMARY.replace(b"[100,", b"[101,"),
    "no-file": b"count(dail) > 5\n[1, 2]",
    "no-json": b"count(dial) > 5 and\n{",
}

# What a capture must have whole: of each maker ways in which bytes of ports and sockets come, wait and end.
CAPTURED = {
    "telit": ["multiplex", "restart", "command", "receive-ended", "send-closed-inside", "send-stalled", "ring-slow-host", "online", "online-ends",
              "online-host-leaves", "dial-fails", "fast-dial", "certificate", "refused", "xon", "line-ends", "power", "plain", "plain-online",
              "plain-udp", "plain-udp-held", "plain-stalled", "plain-end-unread", "plain-calls", "ftp-get-active", "ftp-tls", "ftp-packets-hex"],
    "quectel": ["multiplex", "several", "heads", "udp", "transparent", "transparent-host-leaves", "transparent-in-prompt", "secure",
                "secure-transparent", "files", "host-files-acknowledged", "server", "server-transparent", "xon-coded", "lost", "http-get-chunks",
                "http-get-slow-host", "http-post-half", "mail-starttls", "mqtt-tls"],
    "fibocom": ["multiplex", "tls", "tcp-read", "tcp-ends", "tcp-stalled-long", "udp", "transparent", "transparent-udp", "transparent-host-leaves",
                "files", "xon", "http-mode-1-slow", "ftp-active", "ftp-put-stalled"],
}


def write(target: str, name: str, data: bytes) -> None:
    path = CORPUS / target / name
    if CHECKS:
        if not path.is_file() or path.read_bytes() != data:
            stale.append(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


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
    for name, data in CONFIG.items():
        write("config", name, data)
    for name, data in CONTROL.items():
        write("control", name, data)
    for name, data in VERDICT.items():
        write("verdict", name, data)
    for name, (bits, data) in DIALECT_STEPS.items():
        write("dialect", name, bytes([bits, 0]) + data)
    for name, data in STORED.items():
        write("stored", name, data)
    for name, data in RFC2217.items():
        write("rfc2217", name, data)
    for name, (how, data) in HTTP.items():
        write("http", name, bytes([how]) + data)
    for name, data in SNTP.items():
        write("sntp", name, data)
    for name, data in MUX.items():
        write("mux", name, data)
    for name, data in MQTT.items():
        write("mqtt", name, data)
    for name, data in TRANSCRIPTS.items():
        write("transcript", name, data)
    for name, data in REPLAYS.items():
        write("replay", name, data)
    for name, data in COMPARISONS.items():
        write("comparison", name, data)
    for name, data in RECORDINGS.items():
        write("recording", name, data)
    for path in sorted((CORPUS.parent / "seeds").glob("*.py")):
        seeds = getattr(importlib.import_module(f"seeds.{path.stem}"), "SEEDS", {})  # a maker's
        for name, data in seeds.items():
            write(path.stem, name, data)
    for number, (maker, names) in enumerate(CAPTURED.items()):
        for name in names:
            write("capture", f"{maker}-{name}", bytes([number]) + importlib.import_module(f"seeds.{maker}").SEEDS[name])
    for name, seed in MAIL.items():
        write("mail", name, mail(seed))
    if "--x509" in sys.argv[1:]:
        write_x509()
    for path in stale:
        print(f"{path} is stale: run `make fuzz_corpus` and commit what changes", file=sys.stderr)
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
