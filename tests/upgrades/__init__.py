"""States as versions of the package stored them, which today's code goes on with."""
