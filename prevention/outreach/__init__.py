"""From a gap to a closed gap: campaigns, one-tap answers, orders under protocol, follow-up, and what it was worth."""
