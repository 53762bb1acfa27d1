"""A MASV that runs on this machine: the package API with its rules, a clock and faults."""

from pulumi_masv.simulator.account import API_KEY, KEY_CANARY, PASSWORD_CANARY, TEAM_ID, Account
from pulumi_masv.simulator.dispatch import Entry
from pulumi_masv.simulator.faults import Fault, Faults
from pulumi_masv.simulator.package import Loss, Package
from pulumi_masv.simulator.refusal import Refused
from pulumi_masv.simulator.simulator import Simulator
from pulumi_masv.simulator.switches import Switches
from pulumi_masv.simulator.tokens import TOKEN_CANARY

__all__ = [
    "API_KEY",
    "KEY_CANARY",
    "PASSWORD_CANARY",
    "TEAM_ID",
    "TOKEN_CANARY",
    "Account",
    "Entry",
    "Fault",
    "Faults",
    "Loss",
    "Package",
    "Refused",
    "Simulator",
    "Switches",
]
