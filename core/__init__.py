"""Accounts, permissions, audit, terminology, outbox, job runs and the base of every model. Imports no other room."""
