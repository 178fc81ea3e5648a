"""Venue sessions: sans-IO state machines between the engine and one account at one venue."""
