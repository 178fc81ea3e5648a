"""The simulated spot exchange: sole source of fills and public data. It cannot know whether it is being tested."""
