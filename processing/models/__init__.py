"""One file per rating model, all behind the contract in base.py."""
