"""What Meltwatch costs: told by every process to Redis, priced, and held against polling."""
