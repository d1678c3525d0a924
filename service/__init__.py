"""What we do for people: mail in, drafts out; pages, an API and a command line."""
