"""Watches everything and explains it: invariants that must hold in every run."""
