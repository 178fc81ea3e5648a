"""Background traders, one file each. They know a venue's public data, the reports on their own account, and what a price source says."""
