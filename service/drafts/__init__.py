"""The life of a draft: promised, written, looked after, and what became of it."""
