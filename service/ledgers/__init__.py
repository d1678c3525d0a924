"""Where the rows of the ledger lie: in a file, or in a database that several machines share."""
