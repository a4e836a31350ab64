"""Features and XGBoost stacking over the base models."""
