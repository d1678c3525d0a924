"""Where content comes from: one file a source, each a fetch (I/O) and a parse (pure)."""
