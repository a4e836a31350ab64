"""`python -m processing VERB`."""

from processing.cli import main

main()
