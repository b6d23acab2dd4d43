"""Current alarms as retained MQTT messages, for other programs of the plant."""
