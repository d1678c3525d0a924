"""The index on a PostgreSQL server with pgvector, for more than one machine."""
