"""Runs the site on an open socket, with a companion process beside it, until told to stop."""

import socket
from collections.abc import Callable
from typing import Protocol

import uvicorn
from fastapi import FastAPI


class Companion(Protocol):
    """What runs beside the site and ends with it."""

    def start(self) -> None: ...
    def stop(self) -> None: ...


def run_site(listener: socket.socket, site: FastAPI, beside: Companion, *, framed: bool, opened: Callable[[], None]) -> None:
    """Serve `site` until told to stop; `framed` trusts the proxy of a hosted Space, `opened` is called once both run."""
    proxies = "*" if framed else "127.0.0.1"
    server = uvicorn.Server(uvicorn.Config(site, log_level="warning", server_header=False, forwarded_allow_ips=proxies))
    beside.start()
    opened()
    try:
        server.run([listener])
    finally:
        beside.stop()
