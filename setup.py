"""Build the archives reproducibly; pyproject.toml holds all the metadata.

Equal sources make equal archives, whatever the time zone, the umask and the user. The source
archive also holds the documents, the examples and the tests, for those who package it further.
"""

import gzip
import os
import tarfile

from setuptools import setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.sdist import sdist

# The time of all files in the archives. setuptools reads the variable when it writes the wheel.
SOURCE_DATE_EPOCH = os.environ.setdefault("SOURCE_DATE_EPOCH", "1735689600")  # 2025-01-01, UTC


def normalize_tarinfo(member):
    """Remove from a member of the archive what depends on the machine."""
    member.mtime = int(SOURCE_DATE_EPOCH)
    member.uid, member.gid, member.uname, member.gname = 0, 0, "", ""
    member.mode = 0o755 if member.isdir() else 0o644
    return member


class SourceArchive(sdist):
    """Build a reproducible source archive with documents, examples and tests."""

    def make_distribution(self):
        for folder in ("docs", "examples", "tests"):
            self.filelist.graft(folder)
        self.filelist.prune("docs/_build")
        self.filelist.global_exclude("*.py[co]")
        self.filelist.sort()
        self.filelist.remove_duplicates()
        super().make_distribution()

    def make_archive(self, base_name, format, root_dir=None, base_dir=None, owner=None, group=None):
        name = f"{base_name}.tar.gz"
        with open(name, "wb") as file:
            with gzip.GzipFile("", "wb", 9, file, int(SOURCE_DATE_EPOCH)) as compressed:
                with tarfile.open(fileobj=compressed, mode="w") as archive:
                    archive.add(base_dir, filter=normalize_tarinfo)
        return name


class Wheel(bdist_wheel):
    """Build a wheel whose file modes do not depend on the umask."""

    def run(self):
        umask = os.umask(0o022)
        try:
            super().run()
        finally:
            os.umask(umask)


setup(cmdclass={"sdist": SourceArchive, "bdist_wheel": Wheel})
