"""The demo world: believable people, places and money, the same for the same seed and size."""
