"""What is tracked: real histories or release histories, in one union mirror."""
