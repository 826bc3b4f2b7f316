"""Build the wheel and the source archive, and try both as their users would.

    python -m tests.packaging [FOLDER]

FOLDER gets the archives. It needs `build` and `twine`, and what pip installs from. Exit code 1:
something is wrong with them.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRIAL = Path(__file__).with_name("trial.py")
# Dotfiles, which no archive needs, and what tools have left in a checkout.
LEFT_OUT = (".*", "__pycache__", "build", "_build", "dist", "*.egg-info")
MADE = ("PKG-INFO", "setup.cfg", "scaleapi.egg-info")
# Developers have the whole checkout.
EXTRAS_OF_DEVELOPERS = {"dev", "test"}


def main(folder):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        archives = build_twice(scratch)
        wheel, sdist = archives
        check_contents(sdist, wheel, scratch / "one")
        run(sys.executable, "-m", "twine", "check", "--strict", *archives)
        extras = sorted({*extras_of(wheel)} - EXTRAS_OF_DEVELOPERS)
        trials = [(archive, extra) for archive in archives for extra in ("", *extras)]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for said in pool.map(lambda trial: install_and_try(*trial, scratch), trials):
                print(said, flush=True)
        if folder is not None:
            Path(folder).mkdir(exist_ok=True)
            for archive in archives:
                print(shutil.copy(archive, folder))


def build_twice(scratch):
    """The archives, the wheel first; two builds that have little in common must agree."""
    pair = []
    for name, zone, umask in (("one", "UTC", 0o022), ("another", "Asia/Tokyo", 0o077)):
        before = os.umask(umask)
        try:
            # Without the modes and times of the checkout.
            ignored = shutil.ignore_patterns(*LEFT_OUT)
            shutil.copytree(ROOT, scratch / name, ignore=ignored, copy_function=shutil.copyfile)
            out = scratch / f"{name} built"
            run(
                sys.executable, "-m", "build", "--outdir", out, ".",
                cwd=scratch / name, env={**os.environ, "TZ": zone, "PYTHONDONTWRITEBYTECODE": "1"},
            )  # fmt: skip
        finally:
            os.umask(before)
        pair.append(sorted(out.iterdir()))
    for first, second in zip(*pair):
        if first.name != second.name or first.read_bytes() != second.read_bytes():
            sys.exit(f"{first.name} and {second.name}, built twice, are not the same")
        print(f"{first.name}: built twice, {first.stat().st_size:,} bytes, the same")
    return pair[0]


def check_contents(sdist, wheel, source):
    """The sdist holds all of the source and nothing else, the wheel the package alone."""
    with tarfile.open(sdist) as archive:
        members = [member.name.partition("/")[2] for member in archive if member.isfile()]
    held = {name for name in members if name.partition("/")[0] not in MADE}
    # Building has left its traces there, too.
    names = (path.relative_to(source) for path in source.rglob("*") if path.is_file())
    kept = {name.as_posix() for name in names if name.parts[0] not in (*MADE, "build")}
    if held != kept:
        sys.exit(f"{sdist.name} lacks {sorted(kept - held)}, and should not have {held - kept}")
    with zipfile.ZipFile(wheel) as archive:
        tops = {name.partition("/")[0] for name in archive.namelist()}
    info = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    if tops != {"scaleapi", info}:
        sys.exit(f"{wheel.name} holds {sorted(tops)}")


def extras_of(wheel):
    (about,) = metadata.distributions(path=[str(wheel)])
    return about.metadata.get_all("Provides-Extra") or []


def install_and_try(archive, extra, scratch):
    """What the trial says in a clean environment with this archive, and one extra or none."""
    home = scratch / f"{archive.name}-{extra}"
    venv.create(home, with_pip=True)
    python = home / ("Scripts" if os.name == "nt" else "bin") / "python"
    wanted = f"{archive}[{extra}]" if extra else archive
    run(python, "-m", "pip", "install", "-q", wanted)
    said = run(python, "-I", "-W", "error", TRIAL, *filter(None, [extra]), cwd=scratch)
    return f"{archive.name}, {f'[{extra}]' if extra else 'no extra'}: {said.splitlines()[-1]}"


def run(*command, **options):
    """What a command says; its failure, all of it told, is ours."""
    done = subprocess.run(
        [*map(str, command)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}")
    return done.stdout


if __name__ == "__main__":
    main(*sys.argv[1:] or [None])
