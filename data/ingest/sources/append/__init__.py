"""Kind `http`: others append readings in InfluxDB's line protocol, as Telegraf does."""
