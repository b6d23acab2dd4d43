"""Notifications: who is told of which alarm, in which words, and that it really gets there."""
