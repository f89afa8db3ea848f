"""Guides for ControlNets: drawn from the tracks, read from sequences, or estimated from the plate."""
