"""Engines that hold an index: the embedded one (SQLite, FAISS, tantivy); servers later."""
