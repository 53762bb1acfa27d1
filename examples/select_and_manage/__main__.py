"""Keep all packages of one sender until a date, then archive them."""

import pulumi

import pulumi_masv as masv

config = pulumi.Config()

chosen = masv.get_packages(sender=config.require("sender"), name=config.get("name"))
for package in chosen:
    masv.PackageLifecycle(
        package.id,
        # A package that no longer matches leaves the program, and is no longer managed; its files
        # stay. Never set force_destroy on what a filter chooses.
        pulumi.ResourceOptions(retain_on_delete=True),
        package_id=package.id,
        # Nothing brings files back: a package that has expired is only archived.
        expiry=config.require("keepUntil") if package.state == "finalized" else None,
        archived=True,
    )
pulumi.export("packages", len(chosen))
pulumi.export("bytes", sum(package.size or 0 for package in chosen))
