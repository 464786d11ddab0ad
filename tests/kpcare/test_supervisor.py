import socket

import pytest

from kpcare.embedded import paths, supervisor
from kpcare.embedded.problems import Problem, sentence_for


def test_a_taken_port_is_one_sentence_with_the_next_port():
    with socket.socket() as other:
        other.bind((supervisor.HOST, 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(Problem, match=f"Port {port} is taken.*--port {port + 1}"):
            supervisor.refuse_taken_port(port)

    with socket.socket() as ours:
        ours.bind((supervisor.HOST, port))
        assert ours.getsockname()[1] == port, "asking does not take it"


def test_a_free_port_is_fine():
    with socket.socket() as other:
        other.bind((supervisor.HOST, 0))
        port = other.getsockname()[1]

    supervisor.refuse_taken_port(port)

    with socket.socket() as ours:
        ours.bind((supervisor.HOST, port))
        assert ours.getsockname()[1] == port, "asking does not take it"


def test_only_web_signs_in_as_the_app():
    logins = {child.name: child.login for child in supervisor.children(8000)}

    assert logins == {"web": "app", "worker": "jobs", "beat": "jobs"}


def test_a_second_supervisor_in_the_same_checkout_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(supervisor.paths, "state_dir", lambda: tmp_path)

    with (
        supervisor.only_one(8000),
        pytest.raises(Problem, match=r"already runs.*localhost:8000"),
        supervisor.only_one(8001),
    ):
        pass


def test_a_state_folder_of_somebody_else_is_named_itself(monkeypatch, tmp_path):
    """Not the file that was tried there: the folder is what the reader mends."""
    monkeypatch.setattr(paths, "STATE", tmp_path)

    def refused(path, text):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("pathlib.Path.write_text", refused)
    with pytest.raises(Problem, match=f"^{tmp_path} cannot be written"):
        paths.state_dir()


@pytest.mark.parametrize(
    ("number", "says"),
    [(28, "is full"), (30, "cannot be written"), (13, "cannot be written")],
    ids=["ENOSPC", "EROFS", "EACCES"],
)
def test_disk_troubles_say_what_to_do(number, says, tmp_path):
    assert says in sentence_for(OSError(number, "trouble"), tmp_path)


def test_other_errors_are_not_explained_away(tmp_path):
    assert sentence_for(OSError(5, "I/O error"), tmp_path) is None
