"""Pages of the first day and of the authority's confirmations."""
