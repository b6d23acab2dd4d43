"""Kind `modbus`: registers of PLCs and meters, polled by Modbus TCP."""
