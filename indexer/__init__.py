"""What we know: documents of many sources, indexed and searchable. No mail, no web; usable alone."""
