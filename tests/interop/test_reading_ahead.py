"""Reading ahead changes nothing but the time it takes."""

import threading

import pytest

from interop.x12.ahead import ahead


def test_items_come_in_order_and_no_more_than_a_few_ahead():
    made: list[int] = []

    def source():
        for number in range(50):
            made.append(number)
            yield number

    found = []
    for item in ahead(source(), depth=2):
        found.append(item)
        # Two wait, one is being handed over.
        assert len(made) <= len(found) + 4
    assert found == list(range(50))


def test_what_the_source_raises_is_raised_after_what_came_before():
    def source():
        yield 1
        raise ValueError("cut off")

    found: list[int] = []
    with pytest.raises(ValueError, match="cut off"):
        found.extend(ahead(source()))
    assert found == [1]


def test_a_reader_that_nobody_listens_to_any_more_ends():
    items = ahead(iter(range(1_000_000)))
    assert next(items) == 0
    items.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "834 reader"]
