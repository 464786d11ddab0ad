"""Health library: articles in our own words, by condition and by gap, in English and Spanish."""
