"""Sessions, slots, seats, appointments, waiting list, check-in."""
