"""Text to vectors: the only door to sentence-transformers and to the compiled runtime."""
