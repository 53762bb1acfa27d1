"""Two teams, each with its own key; what is left out here comes from the stack's configuration."""

import pulumi

import pulumi_masv as masv

config = pulumi.Config()

for team in ("studio", "lab"):
    account = masv.Provider(
        team,
        api_key=config.require_secret(f"{team}Key"),
        team_id=config.require(f"{team}Team"),
    )
    package = masv.PackageLifecycle(
        f"{team}-delivery",
        pulumi.ResourceOptions(provider=account),
        package_id=config.require(f"{team}Package"),
        name=f"Delivery of the {team}",
    )
    pulumi.export(team, package.name)
