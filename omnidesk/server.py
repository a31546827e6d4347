"""Serving: from the application to a process that ends cleanly."""

import asyncio
import gc
import signal
from collections.abc import Awaitable, Callable

from aiohttp import web

_SHUTDOWN_SECONDS = 0.8  # aiohttp may take twice as long


async def serve(app: web.Application, host: str, port: int, ready: Callable[[], Awaitable[None]] | None = None) -> None:
    """Serve until SIGTERM or SIGINT. Raises OSError when the port is taken."""
    ended = _end_by_signal()
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=_SHUTDOWN_SECONDS, access_log=None)
    try:
        await runner.setup()
        await web.TCPSite(runner, host, port).start()
        # what the start made stays: the collector, off since then, need never look at it
        gc.freeze()
        gc.enable()
        if ready is not None:
            await ready()
        await ended.wait()
    finally:
        await runner.cleanup()


def _end_by_signal() -> asyncio.Event:
    """Set when the process is told to end, from the first moment on."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    return ended
