"""Hide the tombstones of all packages that expired long ago; the window grows every day."""

from datetime import datetime, timedelta, timezone

import pulumi

import pulumi_masv as masv

days = pulumi.Config().get_int("days") or 90
# Whole days: an end that moved with the clock would be a change in every preview.
today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)

for box in ("sent", "received"):
    window = masv.ArchiveWindow(
        box,
        expiry_start="2020-01-01T00:00:00Z",
        expiry_end=today - timedelta(days=days),
        received=box == "received",
    )
    pulumi.export(box, window.archived_count)
