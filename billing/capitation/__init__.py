"""The monthly job that pays for members: eligibility frozen, priced, adjusted, posted, explained."""
