"""Keep one package until a date, then archive it; end another when its time has come."""

import pulumi

import pulumi_masv as masv

config = pulumi.Config()

dailies = masv.PackageLifecycle(
    "dailies",
    package_id=config.require("dailies"),
    name="Day 12 dailies",
    expiry=config.require("keepUntil"),
    archived=True,
)
pulumi.export("dailies", dailies.state)

if rushes := config.get("rushes"):
    masv.PackageLifecycle(
        "rushes",
        package_id=rushes,
        force_destroy=config.get_bool("rushesMayEnd"),
    )
