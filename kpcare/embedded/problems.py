"""What stops `./kp`: each problem is one sentence that says what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
FULL = {errno.ENOSPC, errno.EDQUOT}


class Problem(Exception):
    """A reason not to go on that the reader can mend. `str()` is the sentence."""


def sentence_for(error: OSError, where: Path) -> str | None:
    """The sentence for a full disk or a folder that cannot be written; None for any other error."""
    if error.errno in FULL:
        return f"The disk that holds {where} is full: free at least 1 GB and start again."
    if error.errno in READ_ONLY:
        place = error.filename or where
        return f"{place} cannot be written: make it writable for you, or put the checkout in a folder of your own."
    return None


@contextmanager
def explained(where: Path) -> Iterator[None]:
    """Turn an `OSError` about a full disk or a read-only folder into a `Problem`."""
    try:
        yield
    except OSError as error:
        sentence = sentence_for(error, where)
        if sentence is None:
            raise
        raise Problem(sentence) from error
