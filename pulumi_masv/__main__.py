"""`python -m pulumi_masv` is `pulumi-masv`."""

from pulumi_masv.cli import main

main()
