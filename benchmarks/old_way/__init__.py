"""The old way, as a baseline: a query and a Plotly figure for every poll of every viewer."""
