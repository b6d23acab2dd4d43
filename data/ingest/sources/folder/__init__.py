"""Kind `folder`: CSV and Parquet files that others put into a folder."""
