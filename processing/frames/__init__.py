"""What `read`, `evaluate`, `fit` and `open_release` hand out: objects that answer in DataFrames."""
