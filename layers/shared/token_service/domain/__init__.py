"""The rules. Nothing here knows AWS, HTTP, the environment or the time of day."""
