"""The person: identity, matching and merge, household, proxies, consent, preferences, primary care."""
