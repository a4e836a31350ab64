"""What any room may use: stages, files, threads, memory and progress."""
