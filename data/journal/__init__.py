"""The alarm journal: what happened and what people did, durable in the store."""
