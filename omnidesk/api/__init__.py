"""The JSON API, `/api/v1`: what programs read and do, described by the models that validate it."""
