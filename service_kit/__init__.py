# SPDX-License-Identifier: Apache-2.0
"""What every Telesift service, and any Falcon application beside one, is built on.

Everything that touches requests works in WSGI and ASGI applications alike:

    settings = settings.read(os.environ)
    logging.configure(settings)                         # once, before the fork
    tracing.configure("my-service")                     # in each worker
    metrics.configure("my-service")
    app = falcon.App(middleware=middleware.stack(settings, "my-service"))
    error_handlers.install(app)
    health.add(app, "my-service", {"database": check})
"""
