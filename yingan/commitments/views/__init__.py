"""Pages: the enterprise's own, the levels below it, the authority's, the public board."""
