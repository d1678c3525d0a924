"""An index that a database keeps and that a copy on this machine answers from."""
