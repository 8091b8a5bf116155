#!/usr/bin/python3
"""Servers that give the same to everyone: services.py HTTP FTP MAIL, three ports of loopback.

HTTP gives one page, FTP one file in passive mode, and every mail is taken.  For measuring modems
whose memory is what counts; it is no test of how they get on with servers of the world.
"""

from __future__ import annotations

import asyncio
import sys

PAGE, FILE = b"x" * 100, b"x" * 1000
Reader, Writer = asyncio.StreamReader, asyncio.StreamWriter


async def http(reader: Reader, writer: Writer) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(PAGE), PAGE))


async def give(_: Reader, writer: Writer) -> None:
    writer.write(FILE)
    writer.close()


async def ftp(reader: Reader, writer: Writer) -> None:
    replies = {b"USER": b"331 Password", b"PASS": b"230 In", b"TYPE": b"200 Binary",
               b"RETR": b"150 Here it comes\r\n226 Done", b"QUIT": b"221 Bye"}
    writer.write(b"220 Ready\r\n")
    data = await asyncio.start_server(give, "127.0.0.1", 0)
    async with data:
        port = data.sockets[0].getsockname()[1]
        replies[b"PASV"] = b"227 Passive (127,0,0,1,%d,%d)" % divmod(port, 256)
        while line := await reader.readline():
            writer.write(replies.get(line[:4].upper().strip(), b"500 What") + b"\r\n")
            if line.startswith(b"QUIT"):
                break


async def mail(reader: Reader, writer: Writer) -> None:
    writer.write(b"220 Ready\r\n")
    while line := await reader.readline():
        if line.startswith(b"DATA"):
            writer.write(b"354 Go ahead\r\n")
            await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"221 Bye\r\n" if line.startswith(b"QUIT") else b"250 Fine\r\n")


async def serve(ports: list[int]) -> None:
    servers = []
    for handler, port in zip((http, ftp, mail), ports, strict=True):

        async def once(reader: Reader, writer: Writer, handler=handler) -> None:
            try:
                await handler(reader, writer)
            finally:
                writer.close()

        servers.append(await asyncio.start_server(once, "127.0.0.1", port))
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    asyncio.run(serve([int(word) for word in sys.argv[1:]]))
