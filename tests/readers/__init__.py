"""Core's own readers of our entities: voice assistants, bridges, scenes, metrics, backup."""
