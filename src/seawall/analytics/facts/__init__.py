"""Stylised facts of a market, measured the same way on recorded and on generated ticks, and set beside each other on a page."""
