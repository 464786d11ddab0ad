"""Safety of a medicine: facts with their sources, pure rules, and what they need of the record."""
