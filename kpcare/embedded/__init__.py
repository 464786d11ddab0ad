"""Servers, environment and supervisor of `./kp`. Standard library and the two server wheels only: no Django here."""
