"""The REST interface's common ground: who asks, within which scopes, in which form, and what happens once only.

Each room states its resources in its `api.py` and mounts them in the list `api` of its `urls.py`.
"""
