"""What the browser fetches directly: windows, cards, health. Async, Redis only."""
