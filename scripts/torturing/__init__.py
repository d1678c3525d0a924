"""Interruptions of a real watcher against real mail servers: cut, stalled, dripped, killed."""
