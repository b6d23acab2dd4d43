"""Backups of the store, at once or all the time, and the way back, also to a moment of the past."""
