"""`python -m processing VERB`."""

from processing.cli.main import main

main()
