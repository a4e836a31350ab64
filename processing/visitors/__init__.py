"""What new visitors are folded into, learned offline."""
