"""Who opens the pages and calls the API, and what they may see and do."""
