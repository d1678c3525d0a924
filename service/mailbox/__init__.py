"""Mail accounts: the protocol, the IMAP door and one in memory."""
