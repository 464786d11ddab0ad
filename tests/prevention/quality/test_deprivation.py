"""./kp load_deprivation: one published index, whole or not at all."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from prevention.models import AreaDeprivation

pytestmark = pytest.mark.django_db
ABOUT = {"index": "ADI", "edition": "2023", "source": "A university"}


def load(folder: Path, *rows: str) -> None:
    file = folder / "areas.csv"
    file.write_text("\n".join(("postal_code,percentile", *rows)) + "\n")
    call_command("load_deprivation", file, **ABOUT)


def test_postal_codes_are_loaded_and_places_without_a_percentile_set_aside(tmp_path, capsys):
    load(tmp_path, "94611,12", "94601-1234,88", "94602,PH", "946,50", "94603,0", "94604,101")

    assert dict(AreaDeprivation.objects.values_list("postal_code", "percentile")) == {"94611": 12, "94601": 88}
    assert {(one.index, one.version, one.source) for one in AreaDeprivation.objects.all()} == {
        ("ADI", "2023", "A university")
    }
    assert "2 postal codes loaded, 4 set aside" in capsys.readouterr().out


def test_a_new_index_takes_the_place_of_the_old_one(tmp_path):
    load(tmp_path, "94611,12", "94612,40")
    load(tmp_path, "94611,15")

    assert dict(AreaDeprivation.objects.values_list("postal_code", "percentile")) == {"94611": 15}


def test_a_file_without_a_usable_row_changes_nothing(tmp_path):
    load(tmp_path, "94611,12")
    with pytest.raises(CommandError):
        load(tmp_path, "94611,none")
    with pytest.raises(CommandError):
        call_command("load_deprivation", tmp_path / "missing.csv", **ABOUT)

    assert AreaDeprivation.objects.count() == 1
