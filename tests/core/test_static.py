"""What the pages load is complete, so that the hashed storage of production finds every file that another names."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

STATIC = Path(settings.BASE_DIR) / "core" / "static"


def test_hashed_storage_takes_every_file(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }

    call_command("collectstatic", interactive=False, verbosity=0)

    stylesheet = next((tmp_path / "kpcare").glob("kpcare.*.css"))
    fonts = re.findall(r"PublicSans-\w+\.[0-9a-f]{12}\.woff2", stylesheet.read_text())
    assert len(set(fonts)) >= 3


def test_every_vendored_library_keeps_its_licence():
    libraries = list((STATIC / "vendor").iterdir())
    assert libraries
    for library in libraries:
        assert list(library.glob("LICENSE*")), library.name


def test_nothing_that_is_served_reaches_out_to_other_hosts():
    served = [*STATIC.glob("kpcare/*"), *STATIC.glob("vendor/*/*.js")]
    assert len(served) > 5
    for path in served:
        assert not re.search(r"(?:import|url)\(['\"]?https?://", path.read_text()), path.name
