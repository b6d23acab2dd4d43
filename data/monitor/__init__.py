"""The monitor: readings in, alarms and malfunctions out. Pure; its state is bytes."""
