"""Logging in to mail accounts by OAuth 2.0: a person agrees once, and access tokens follow from that."""
