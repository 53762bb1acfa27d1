"""`pulumi-masv version`: which version this is."""

import json

from pulumi_masv._version import __version__
from pulumi_masv.cli.options import Json


def version(as_json: Json = False) -> None:
    """Print the version."""
    print(json.dumps({"version": __version__}) if as_json else __version__)
