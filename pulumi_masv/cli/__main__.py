"""`python -m pulumi_masv.cli` is `pulumi-masv`."""

from pulumi_masv.cli import main

main()
