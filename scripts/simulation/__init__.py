"""A world in one process for the production watcher: mail servers, people, a disk and a clock, all from one seed."""
