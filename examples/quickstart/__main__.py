"""Keep one package until a date, then archive it; end another one when it is no longer needed."""

import pulumi

import pulumi_masv as masv

config = pulumi.Config()

dailies = masv.PackageLifecycle(
    "dailies",
    package_id=config.require("dailies"),
    name=config.get("name") or "Day 12 dailies",
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
