"""Where the numbers come from; runs without Dash."""
