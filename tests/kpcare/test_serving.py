"""The web server's worker, with a small application and connections as clients make them."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest


@pytest.fixture(scope="module", params=[1, 4], ids=["one thread", "four threads"])
def port(request) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "tests.kpcare.echo", "--bind", f"127.0.0.1:{number}"]
    command += ["--worker-class", "kpcare.serving.Worker", "--threads", str(request.param), "--no-control-socket"]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", number), timeout=1).close()
                break
            except OSError:
                assert time.monotonic() < until and server.poll() is None, "gunicorn did not start"
                time.sleep(0.1)
        yield number
    finally:
        server.terminate()
        assert server.wait(20) == 0


def connected(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=20)


def ask(client: http.client.HTTPConnection, path: str = "/", body: bytes | None = None, **headers: str) -> bytes:
    client.request("POST" if body else "GET", path, body, headers)
    return client.getresponse().read()


def test_one_thread_answers_a_client_that_goes_on_asking(port):
    with closing(connected(port)) as client:
        assert len({ask(client) for _ in range(20)}) == 1


def test_more_clients_than_threads_are_all_answered(port):
    clients = [connected(port) for _ in range(6)]
    for _ in range(20):
        for client in clients:
            client.request("GET", "/")
        assert all(client.getresponse().read() for client in clients)
    for client in clients:
        client.close()


def test_a_client_that_waits_a_while_is_answered_on_the_same_connection(port):
    with closing(connected(port)) as client:
        ask(client)
        before = client.sock
        time.sleep(0.2)
        assert ask(client) and client.sock is before


def test_bodies_arrive_whole_also_where_the_client_asks_first_whether_to_send_them(port):
    body = b"x" * 300_000
    with closing(connected(port)) as client:
        for headers in ({}, {"Expect": "100-continue"}):
            began = time.monotonic()
            assert ask(client, "/length", body, **headers) == b"300000"
            assert time.monotonic() - began < 10


def test_an_answer_in_parts_leaves_part_by_part(port):
    with closing(connected(port)) as client:
        client.request("GET", "/slowly")
        answer = client.getresponse()
        assert answer.read(5) == b"first"
        here = time.monotonic()
        assert answer.read() == b"second" and time.monotonic() - here > 0.5, "the server takes two seconds between"
        assert ask(client)


def test_two_requests_sent_at_once_get_two_answers(port):
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        said = b"".join(iter(lambda: client.recv(65536), b""))
    assert said.count(b"HTTP/1.1 200 OK") == 2


def test_who_goes_away_in_the_middle_disturbs_nobody(port):
    for _ in range(3):
        with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    with closing(connected(port)) as client:
        assert ask(client)
