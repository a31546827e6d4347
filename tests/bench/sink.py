"""A mail server that takes whatever it is given and forgets it, in a process of its own: prints its port."""

import asyncio
import sys


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 sink\r\n")
    while line := await reader.readline():
        verb = line[:4].upper()
        if verb == b"DATA":
            writer.write(b"354 go on\r\n")
            while await reader.readline() not in (b".\r\n", b""):
                pass
        if verb == b"EHLO":
            writer.write(b"250-sink\r\n250-PIPELINING\r\n250 SIZE 50000000\r\n")
        else:
            writer.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 yes\r\n")
        await writer.drain()
        if verb == b"QUIT":
            break
    writer.close()


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
