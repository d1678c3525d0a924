"""A mail, read as a careful person would: bytes to mail, own words, trust and questions. All pure."""
