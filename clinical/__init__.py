"""The chart: facts, orders, notes, care team, referrals, tasks, messages."""
