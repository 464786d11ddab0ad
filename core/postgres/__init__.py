"""Django's Postgres backend with two additions: the acting user in every transaction, and monthly partitions."""
