"""Who did what about access: an append-only journal whose rows are chained by hashes."""
