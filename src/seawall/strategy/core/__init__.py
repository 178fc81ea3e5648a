"""The machine around a strategy."""
