"""A small application to try the server with: which thread answers, how long a body is, an answer in two parts."""

import threading
import time
from collections.abc import Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/slowly":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return _slowly()
    said = str(threading.get_ident()).encode()
    if environ["PATH_INFO"] == "/length":
        said = str(len(environ["wsgi.input"].read())).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(said)))])
    return [said]


def _slowly() -> Iterable[bytes]:
    yield b"first"
    time.sleep(2)
    yield b"second"
