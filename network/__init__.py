"""Organisations, regions, facilities, departments, rooms, beds, clinicians and who works where. Refers to no member."""
