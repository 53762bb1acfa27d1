"""What rules are decided on: the packages of a team, with what only a filter can tell of them."""
