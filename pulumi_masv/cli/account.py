"""The account that a command asks: the one of the environment."""

import os

from pulumi_masv.client import Client
from pulumi_masv.settings import Settings, resolve


def settings() -> Settings:
    """What the environment says. Raises SettingsError where it is wrong."""
    return resolve({}, os.environ)


def connect() -> Client:
    """A client for it. Raises SettingsError where key or team is missing."""
    return Client(settings())
