"""What of the data is doubtful, does not add up, or stands twice, and what follows for each table and chapter."""
