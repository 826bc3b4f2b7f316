"""What an installation brings."""

import re
from importlib import metadata

import scaleapi


def test_requests_and_urllib3_are_all_it_needs():
    required = metadata.requires("scaleapi") or []
    plain = {re.match(r"[\w-]+", line)[0] for line in required if "extra ==" not in line}
    assert plain == {"requests", "urllib3"}


def test_the_metadata_say_what_the_package_says():
    about = metadata.metadata("scaleapi")
    assert about["Version"] == scaleapi.__version__
    assert about["Requires-Python"] == ">=3.9"
    assert about["License-Expression"] == "Apache-2.0"
    assert not [line for line in about.get_all("Classifier") if line.startswith("License")]
