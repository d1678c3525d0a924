"""Mails are read in a process of their own, which may be killed."""
