"""`./kp assets`: compile the stylesheet and vendor the built front-end files.

Needed only after a change under `core/static/src/` or a new version in its `package.json`; what it builds is
committed, so that running kpcare needs neither Node nor a network. It works in `.kpcare/assets/`, outside git:

    core/static/kpcare/kpcare.css      our theme of USWDS and our own components
    core/static/vendor/<library>/      built files of each library, with its licence

To take a new version of a library: change it in `package.json`, run `./kp assets --update-lock`, commit both.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
STATIC = BASE_DIR / "core" / "static"
SOURCE = STATIC / "src"
BUILD = BASE_DIR / ".kpcare" / "assets"

# From a package's folder to the vendored name. Images and fonts of USWDS follow from what the stylesheet names.
VENDORED = {
    "uswds": (
        "@uswds/uswds",
        {"dist/js/uswds.min.js": "uswds.min.js", "dist/img/sprite.svg": "img/sprite.svg", "LICENSE.md": "LICENSE.md"},
    ),
    "htmx": ("htmx.org", {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"}),
    "chartjs": ("chart.js", {"dist/chart.umd.min.js": "chart.umd.min.js", "LICENSE.md": "LICENSE.md"}),
}
CSS_URL = re.compile(r"url\(\"?\.\./vendor/uswds/([^)\"]+)\"?\)")
SOURCE_MAP = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


def main(argv: list[str] | None = None) -> int:
    """Run the build; returns the exit status. Fails with one sentence where Node or a package is missing."""
    parser = argparse.ArgumentParser(prog="kp assets", description="Compile the stylesheet, vendor front-end files.")
    parser.add_argument("--update-lock", action="store_true", help="write package-lock.json anew from package.json")
    options = parser.parse_args(argv)
    npm = shutil.which("npm")
    if npm is None:
        print("npm is not installed. Install Node 20 or later (https://nodejs.org), then try again.", file=sys.stderr)
        return 1
    try:
        install(npm, update_lock=options.update_lock)
        stylesheet = compile_stylesheet()
        vendor(stylesheet)
    except subprocess.CalledProcessError as error:
        print(f"`{' '.join(map(str, error.cmd))}` failed: its message stands above.", file=sys.stderr)
        return 1
    return 0


def install(npm: str, *, update_lock: bool) -> None:
    """Bring the packages of the lock (or, to renew it, of `package.json`) into the build folder."""
    BUILD.mkdir(parents=True, exist_ok=True)
    lock = SOURCE / "package-lock.json"
    shutil.copy(SOURCE / "package.json", BUILD)
    if update_lock or not lock.exists():
        (BUILD / "package-lock.json").unlink(missing_ok=True)
        command = [npm, "install", "--omit-lockfile-registry-resolved"]
    else:
        shutil.copy(lock, BUILD)
        command = [npm, "ci"]
    # No package of ours needs an install script, so none may run.
    subprocess.run([*command, "--no-audit", "--no-fund", "--ignore-scripts"], cwd=BUILD, check=True)
    shutil.copy(BUILD / "package-lock.json", lock)


def compile_stylesheet() -> str:
    """Compile `kpcare.scss`, write it in place and return its text."""
    target = STATIC / "kpcare" / "kpcare.css"
    target.parent.mkdir(parents=True, exist_ok=True)
    packages = BUILD / "node_modules" / "@uswds" / "uswds" / "packages"
    subprocess.run(
        [
            BUILD / "node_modules" / ".bin" / "sass",
            "--style=compressed",
            "--no-source-map",
            "--quiet-deps",
            f"--load-path={packages}",
            SOURCE / "kpcare.scss",
            target,
        ],
        check=True,
    )
    return target.read_text()


def vendor(stylesheet: str) -> None:
    """Copy each library's built files, and those images and fonts of USWDS that the stylesheet asks for."""
    for library, (package, files) in VENDORED.items():
        folder = STATIC / "vendor" / library
        shutil.rmtree(folder, ignore_errors=True)
        for source, name in files.items():
            copy_built_file(BUILD / "node_modules" / package / source, folder / name)
    uswds = BUILD / "node_modules" / "@uswds" / "uswds" / "dist"
    for name in sorted(set(CSS_URL.findall(stylesheet))):
        copy_built_file(uswds / name, STATIC / "vendor" / "uswds" / name)


def copy_built_file(source: Path, target: Path) -> None:
    """Copy a file; a script loses its pointer to a source map that we do not ship (hashed storage refuses it)."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".js":
        target.write_text(SOURCE_MAP.sub("", source.read_text()).rstrip() + "\n")
    else:
        shutil.copyfile(source, target)


if __name__ == "__main__":
    sys.exit(main())
