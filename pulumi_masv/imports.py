"""What `pulumi import` needs to know of packages, from a listing alone. No Pulumi."""
