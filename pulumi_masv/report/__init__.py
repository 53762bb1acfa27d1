"""What a preview says that a run will do, for people who review it. No Pulumi."""
