"""The pages and the API that people and programs look things up with; the only door to fastapi."""
