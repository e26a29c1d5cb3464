"""The web's entry: `flask --app wsgi COMMAND`, `gunicorn wsgi:app`. It never starts the scheduler."""

from billing.app import create_app

app = create_app()
