"""What is served: everything up to a staged release."""
