"""Renders what a preview recorded, for people who review it. Decides nothing, asks nobody."""
