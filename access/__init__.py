"""Who may do what on the web: one gate before every route, sessions, signing in."""
