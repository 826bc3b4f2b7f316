"""What pyproject.toml can't say of the archives; setuptools reads it whenever it builds.

The source archive holds the documents, the examples and the tests too, and equal sources make equal
archives.
"""

import gzip
import os
import tarfile

from setuptools.command.sdist import sdist

# One time and one mode for all that archives hold. setuptools reads it where it writes the wheel,
# whose files have the modes that they get while it is built.
os.environ.setdefault("SOURCE_DATE_EPOCH", "1735689600")  # the first second of 2025
os.umask(0o022)
MOMENT = int(os.environ["SOURCE_DATE_EPOCH"])


def _plain(member):
    """What stands in the archive, without what only this machine knows."""
    member.mtime, member.uid, member.gid, member.uname, member.gname = MOMENT, 0, 0, "", ""
    member.mode = 0o755 if member.isdir() else 0o644
    return member


class SourceArchive(sdist):
    """Makes the source archive."""

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
        with open(name, "wb") as file, gzip.GzipFile("", "wb", 9, file, MOMENT) as packed:
            with tarfile.open(fileobj=packed, mode="w") as archive:
                archive.add(base_dir, filter=_plain)
        return name
