"""One pass over a mailbox and what it needs; the loop around passes."""
